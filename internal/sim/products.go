package sim

// article is one product of the sample company.
type article struct {
	sku, name string
	price     int64 // list price per base unit, cents
	lot       int64 // what is usually ordered at once, base units
	grams     int64 // weight of a base unit
}

// family is a group of articles that are bought, packed and taxed alike.
type family struct {
	name  string
	unit  string // base unit, UN/ECE Rec 20
	scale int    // decimals of a quantity
	packs []pack
	class string // tax class; "" = standard
	kind  string // "" = goods
	cost  int64  // per cent of the list price
	list  []article
}

// pack is a further unit: one of it holds num/den base units.
type pack struct {
	unit     string
	num, den int64
}

// families is the whole range: 120 articles in six families, the last of which
// has four kinds of things.
var families = []family{
	{name: "Gear motors", unit: "C62", cost: 62, list: []article{
		{"GM-063-05", "Helical gear motor GM 063, 0.18 kW, i = 5", 21400, 4, 6200},
		{"GM-063-10", "Helical gear motor GM 063, 0.18 kW, i = 10", 21900, 4, 6400},
		{"GM-063-20", "Helical gear motor GM 063, 0.18 kW, i = 20", 22800, 4, 6900},
		{"GM-071-10", "Helical gear motor GM 071, 0.37 kW, i = 10", 27450, 3, 9100},
		{"GM-071-20", "Helical gear motor GM 071, 0.37 kW, i = 20", 28300, 3, 9600},
		{"GM-080-10", "Helical gear motor GM 080, 0.75 kW, i = 10", 36200, 3, 14200},
		{"GM-080-25", "Helical gear motor GM 080, 0.75 kW, i = 25", 38100, 2, 15300},
		{"GM-090-10", "Helical gear motor GM 090, 1.5 kW, i = 10", 51800, 2, 23500},
		{"GM-090-25", "Helical gear motor GM 090, 1.5 kW, i = 25", 54700, 2, 25200},
		{"GM-100-16", "Helical gear motor GM 100, 3 kW, i = 16", 81300, 2, 38900},
		{"GM-112-16", "Helical gear motor GM 112, 4 kW, i = 16", 99800, 1, 51000},
		{"GM-132-20", "Helical gear motor GM 132, 7.5 kW, i = 20", 164500, 1, 88000},
		{"BM-080-15", "Bevel gear motor BM 080, 0.75 kW, i = 15", 49900, 2, 18400},
		{"BM-090-15", "Bevel gear motor BM 090, 1.5 kW, i = 15", 68200, 2, 29500},
		{"BM-112-30", "Bevel gear motor BM 112, 4 kW, i = 30", 142700, 1, 64000},
		{"SM-040-60", "Servo motor SM 040, 100 W, 24-bit encoder", 33600, 3, 1100},
		{"SM-060-60", "Servo motor SM 060, 400 W, 24-bit encoder", 47250, 2, 1900},
		{"SM-080-75", "Servo motor SM 080, 750 W, 24-bit encoder", 58900, 2, 3300},
		{"FC-004-1", "Frequency converter FC 004, 0.37 kW, 230 V", 18750, 4, 900},
		{"FC-015-3", "Frequency converter FC 015, 1.5 kW, 400 V", 31200, 3, 1600},
		{"FC-075-3", "Frequency converter FC 075, 7.5 kW, 400 V", 74400, 1, 4800},
	}},
	{name: "Couplings", unit: "C62", packs: []pack{{"XBX", 20, 1}}, cost: 55, list: []article{
		{"CJ-19-14", "Jaw coupling CJ 19, bores 14/14 mm", 2380, 10, 260},
		{"CJ-24-19", "Jaw coupling CJ 24, bores 19/24 mm", 3125, 10, 480},
		{"CJ-28-24", "Jaw coupling CJ 28, bores 24/28 mm", 4290, 8, 910},
		{"CJ-38-32", "Jaw coupling CJ 38, bores 32/38 mm", 6740, 6, 1980},
		{"CJ-48-42", "Jaw coupling CJ 48, bores 42/48 mm", 10450, 4, 3650},
		{"CJ-55-50", "Jaw coupling CJ 55, bores 50/55 mm", 15880, 3, 6120},
		{"CS-24-92", "Spider for CJ 24, 92 Shore A", 645, 20, 35},
		{"CS-28-92", "Spider for CJ 28, 92 Shore A", 825, 20, 52},
		{"CS-38-98", "Spider for CJ 38, 98 Shore A", 1190, 20, 96},
		{"CS-48-98", "Spider for CJ 48, 98 Shore A", 1835, 10, 170},
		{"CB-30", "Bellows coupling CB 30, zero backlash", 14250, 3, 190},
		{"CB-60", "Bellows coupling CB 60, zero backlash", 18900, 3, 380},
		{"CD-80", "Disc coupling CD 80, spacer 100 mm", 38700, 2, 4300},
		{"CG-45", "Gear coupling CG 45", 29600, 2, 7700},
		{"CT-120", "Torque limiter CT 120, 30 to 120 Nm", 44300, 1, 3900},
		{"CL-25", "Locking bush CL 25/50", 2960, 10, 240},
		{"CL-40", "Locking bush CL 40/65", 4185, 8, 420},
		{"CL-60", "Locking bush CL 60/90", 6990, 4, 870},
		{"CK-08", "Rigid clamp coupling CK 08", 1560, 10, 110},
	}},
	{name: "Bearings", unit: "C62", packs: []pack{{"XBX", 50, 1}}, cost: 58, list: []article{
		{"B-6002-2RS", "Deep groove ball bearing 6002, sealed", 315, 50, 30},
		{"B-6004-2RS", "Deep groove ball bearing 6004, sealed", 420, 50, 69},
		{"B-6005-2RS", "Deep groove ball bearing 6005, sealed", 495, 50, 80},
		{"B-6204-2RS", "Deep groove ball bearing 6204, sealed", 468, 50, 106},
		{"B-6205-2RS", "Deep groove ball bearing 6205, sealed", 539, 50, 128},
		{"B-6206-2RS", "Deep groove ball bearing 6206, sealed", 742, 40, 199},
		{"B-6208-2RS", "Deep groove ball bearing 6208, sealed", 1185, 25, 366},
		{"B-6210-2RS", "Deep groove ball bearing 6210, sealed", 1630, 20, 463},
		{"B-6308-C3", "Deep groove ball bearing 6308, clearance C3", 1785, 20, 630},
		{"B-6312-C3", "Deep groove ball bearing 6312, clearance C3", 4260, 10, 1700},
		{"B-7206-B", "Angular contact bearing 7206", 2145, 10, 200},
		{"B-7208-B", "Angular contact bearing 7208", 3040, 10, 370},
		{"B-30206", "Tapered roller bearing 30206", 1275, 20, 230},
		{"B-30208", "Tapered roller bearing 30208", 1890, 20, 420},
		{"B-32210", "Tapered roller bearing 32210", 2985, 10, 650},
		{"B-22210", "Spherical roller bearing 22210", 5930, 6, 590},
		{"B-22216", "Spherical roller bearing 22216", 11800, 4, 2100},
		{"B-NU206", "Cylindrical roller bearing NU 206", 2310, 10, 200},
		{"B-NU210", "Cylindrical roller bearing NU 210", 3875, 10, 480},
		{"B-HK2020", "Needle roller bearing HK 2020", 288, 100, 23},
		{"P-UCP205", "Pillow block UCP 205, cast iron", 1445, 12, 690},
		{"P-UCP208", "Pillow block UCP 208, cast iron", 2390, 8, 1700},
		{"P-UCF206", "Flanged unit UCF 206, cast iron", 1760, 10, 980},
	}},
	{name: "Hydraulics", unit: "C62", cost: 64, list: []article{
		{"HP-04", "Gear pump HP 04, 4 cm³", 11900, 3, 2100},
		{"HP-08", "Gear pump HP 08, 8 cm³", 13450, 3, 2600},
		{"HP-16", "Gear pump HP 16, 16 cm³", 17600, 2, 3700},
		{"HP-32", "Gear pump HP 32, 32 cm³", 28900, 2, 6300},
		{"HV-D03-A", "Directional valve HV D03, 4/2, 24 V", 9780, 6, 1500},
		{"HV-D03-C", "Directional valve HV D03, 4/3, 24 V", 12340, 6, 1900},
		{"HV-D05-C", "Directional valve HV D05, 4/3, 24 V", 21800, 3, 4400},
		{"HV-PR10", "Pressure relief valve HV PR 10, 50 to 315 bar", 7450, 6, 620},
		{"HV-CK10", "Check valve HV CK 10, G 3/8", 2190, 10, 310},
		{"HV-FC10", "Flow control valve HV FC 10, G 3/8", 5260, 6, 540},
		{"HC-40-200", "Hydraulic cylinder HC 40/22, stroke 200", 16750, 3, 5200},
		{"HC-50-300", "Hydraulic cylinder HC 50/28, stroke 300", 23400, 2, 8900},
		{"HC-63-400", "Hydraulic cylinder HC 63/36, stroke 400", 33950, 2, 15400},
		{"HC-80-500", "Hydraulic cylinder HC 80/45, stroke 500", 52600, 1, 27800},
		{"HF-R60", "Return filter HF R60, 10 µm", 4880, 6, 870},
		{"HF-E60", "Filter element HF E60, 10 µm", 1690, 12, 210},
		{"HM-100", "Oil level gauge HM 100", 945, 20, 120},
		{"HU-12-40", "Power unit HU 12, 4 kW, 40 l", 189000, 1, 68000},
		{"HA-100", "Bladder accumulator HA 100, 1 l, 330 bar", 27700, 2, 5400},
	}},
	{name: "Belts, chains and hoses", unit: "MTR", scale: 2, packs: []pack{{"XRO", 25, 1}}, cost: 52, list: []article{
		{"TB-T5-16", "Timing belt T5, 16 mm, open", 685, 20, 40},
		{"TB-T10-25", "Timing belt T10, 25 mm, open", 1520, 15, 130},
		{"TB-HTD8-30", "Timing belt HTD 8M, 30 mm, open", 2245, 15, 190},
		{"VB-SPZ", "V-belt SPZ, endless cut", 410, 30, 72},
		{"VB-SPA", "V-belt SPA, endless cut", 565, 30, 112},
		{"CH-08B1", "Roller chain 08 B-1", 895, 20, 700},
		{"CH-10B1", "Roller chain 10 B-1", 1240, 20, 950},
		{"CH-12B1", "Roller chain 12 B-1", 1610, 15, 1250},
		{"CH-16B1", "Roller chain 16 B-1", 2980, 10, 2700},
		{"CH-08B2", "Roller chain 08 B-2", 1890, 15, 1350},
		{"HH-2SN-10", "Hydraulic hose 2SN DN 10", 785, 25, 560},
		{"HH-2SN-12", "Hydraulic hose 2SN DN 12", 920, 25, 680},
		{"HH-2SN-16", "Hydraulic hose 2SN DN 16", 1145, 25, 850},
		{"HH-4SP-19", "Hydraulic hose 4SP DN 19", 2370, 15, 1600},
		{"HH-1SC-08", "Compact hose 1SC DN 8", 540, 30, 260},
		{"ST-16x2", "Precision steel tube 16 × 2 mm", 635, 24, 690},
		{"ST-20x25", "Precision steel tube 20 × 2.5 mm", 895, 24, 1080},
		{"LR-20", "Profiled guide rail LR 20", 6850, 4, 2200},
	}},
	{name: "Operating supplies", unit: "KGM", scale: 3, packs: []pack{{"XCA", 2, 5}, {"XDR", 25, 1}}, cost: 50, list: []article{
		{"GR-LI2", "Multi-purpose grease, lithium, NLGI 2", 1090, 4, 1000},
		{"GR-EP2", "High-pressure grease EP 2", 1375, 4, 1000},
		{"GR-HT", "High-temperature grease, polyurea", 2860, 2, 1000},
		{"GR-FG", "Food-grade grease H1", 3495, 2, 1000},
		{"OI-HLP46", "Hydraulic oil HLP 46", 415, 25, 1000},
		{"OI-CLP220", "Gear oil CLP 220", 535, 25, 1000},
	}},
	{name: "Operating supplies", unit: "C62", packs: []pack{{"XBX", 100, 1}}, cost: 45, list: []article{
		{"SE-R20", "Shaft seal 20 × 35 × 7, NBR", 145, 100, 12},
		{"SE-R30", "Shaft seal 30 × 47 × 7, NBR", 198, 100, 19},
		{"SE-O-SET", "O-ring set, 386 pieces", 2290, 5, 720},
		{"SE-USIT", "Bonded seal G 3/8", 62, 200, 5},
		{"FI-90-38", "Elbow fitting 90°, G 3/8", 489, 40, 95},
		{"FI-T-38", "Tee fitting, G 3/8", 672, 30, 140},
		{"FI-ST-12", "Straight fitting 12 L", 318, 60, 60},
		{"KE-8x7", "Parallel key 8 × 7 × 40", 74, 200, 17},
		{"RG-A30", "Retaining ring A 30", 21, 500, 3},
		{"NI-M8", "Grease nipple H1 M8", 38, 200, 6},
	}},
	{name: "Operating supplies", unit: "C62", class: "reduced", cost: 40, list: []article{
		{"DOC-DRIVE", "Handbook of drives, 4th edition", 3645, 2, 780},
		{"DOC-HYDR", "Handbook of oil hydraulics, 2nd edition", 4112, 2, 910},
	}},
	{name: "Operating supplies", unit: "C62", kind: "service", list: []article{
		{"SV-CERT", "Inspection certificate 3.1", 4500, 1, 0},
		{"SV-START", "Commissioning on site, per day", 96000, 1, 0},
	}},
}

// unpriced names young articles that the lists for customers abroad do not have yet.
var unpriced = map[string]bool{"BM-080-15": true, "CB-30": true, "B-7206-B": true, "SM-080-75": true, "CT-120": true, "LR-20": true, "HA-100": true}

// gtin makes a 13-digit number with its check digit (GS1). Numbers that begin
// with 299 are for use inside a company and belong to nobody.
func gtin(n int) string {
	d := [13]byte{'2', '9', '9'}
	for i := 11; i >= 3; i-- {
		d[i] = byte('0' + n%10)
		n /= 10
	}
	sum := 0
	for i := range 12 {
		sum += int(d[i]-'0') * (1 + i%2*2)
	}
	d[12] = byte('0' + (10-sum%10)%10)
	return string(d[:])
}
