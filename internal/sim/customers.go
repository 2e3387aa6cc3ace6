package sim

import "strings"

// partner is one customer of the sample company.
type partner struct {
	code, name, street, postcode, city, country string

	terms  string
	limit  int64  // of its credit account, thousands of euros; 0 = the parent's, or none
	weight int    // how often it orders, against the others
	pays   habit  // how it treats due days
	traits string // words of the list below, separated by blanks
	parent string // code of the head office, which also pays
}

// The traits: complete (ships complete or not at all), tolerance (takes 5 %
// more or less), collective (one invoice a week), ahead (billed with the
// order), dap (control passes at delivery), debit (we collect by direct
// debit), oem (prices of its group), south (served by the second warehouse),
// own (has prices of its own), novat (no VAT number: a tax rule is missing).
func (p *partner) is(trait string) bool {
	for _, t := range strings.Fields(p.traits) {
		if t == trait {
			return true
		}
	}
	return false
}

// currency in which it trades.
func (p *partner) currency() string {
	switch p.country {
	case "US":
		return "USD"
	case "GB":
		return "GBP"
	}
	return "EUR"
}

// habit is how a customer pays.
type habit int

const (
	prompt   habit = iota // within the discount window where there is one
	punctual              // around the due day
	late                  // one to four weeks after
	slow                  // only after six weeks or more
)

// region is of US addresses, by postcode, since tax rules may look at it.
var region = map[string]string{"44114": "OH", "53202": "WI", "48226": "MI", "77002": "TX", "98101": "WA", "30303": "GA"}

// partners is everybody who buys, the first dozen already of all kinds.
var partners = []partner{
	{"D1001", "Kranbau Wesermünde AG", "Am Schlepphafen 12", "27570", "Bremerhaven", "DE", "N30-2", 420, 12, prompt, "oem collective own", ""},
	{"D1002", "Kranbau Wesermünde AG, Werk Stade", "Elbdeich 4", "21683", "Stade", "DE", "N30-2", 0, 6, prompt, "oem collective", "D1001"},
	{"A2001", "Alpenblick Seilbahntechnik GmbH", "Talstationsweg 7", "6020", "Innsbruck", "AT", "N30", 160, 7, punctual, "south dap own", ""},
	{"U4001", "Lakeshore Conveyor Works Inc.", "210 Ore Dock Road", "44114", "Cleveland", "US", "N45", 170, 7, late, "oem", ""},
	{"G5001", "Thornaby Mill Engineering Ltd", "Unit 9, Ropery Lane", "TS17 6AA", "Stockton-on-Tees", "GB", "N30", 140, 6, punctual, "tolerance", ""},
	{"F3001", "Ateliers Mécaniques de la Vilaine SARL", "14 quai des Forges", "35000", "Rennes", "FR", "EOM15", 150, 6, punctual, "dap collective", ""},
	{"D1003", "Sägewerk Hochsolling KG", "Forststraße 88", "37586", "Dassel", "DE", "N30-2", 60, 3, late, "tolerance", ""},
	{"D1004", "Förderanlagen Tiefental GmbH & Co. KG", "Grubenweg 3", "44145", "Dortmund", "DE", "INST3", 200, 8, punctual, "complete oem", ""},
	{"D1005", "Mühlenbau Oderbruch e. K.", "Am Oderdeich 21", "15324", "Letschin", "DE", "N14", 25, 2, punctual, "debit", ""},
	{"D1006", "Papierfabrik Steinachtal AG", "Fabrikstraße 1", "96317", "Kronach", "DE", "N60", 190, 9, slow, "collective", ""},
	{"D1007", "Bootswerft Haffküste GmbH", "Werftkai 5", "17373", "Ueckermünde", "DE", "PRE", 40, 3, punctual, "ahead", ""},
	{"D1008", "Verpackungsmaschinen Lindengrund GmbH", "Ringstraße 40", "74523", "Schwäbisch Hall", "DE", "N30-2", 220, 9, prompt, "oem south", ""},
	{"D1009", "Kieswerk Unterlech GmbH", "Baggersee 2", "86641", "Rain", "DE", "N30", 45, 3, late, "south", ""},
	{"A2002", "Mostviertler Landtechnik GmbH", "Mostgasse 18", "3300", "Amstetten", "AT", "N30-2", 80, 4, prompt, "south", ""},
	{"D1010", "Hebezeuge Rothaar GmbH", "Schmiedeweg 15", "57319", "Bad Berleburg", "DE", "N30-2", 110, 5, prompt, "", ""},
	{"D1011", "Druckhaus Elbtalaue GmbH", "Satzstraße 9", "29451", "Dannenberg", "DE", "N30", 50, 3, punctual, "debit", ""},
	{"U4002", "Driftless Dairy Equipment LLC", "77 Creamery Street", "53202", "Milwaukee", "US", "N30", 90, 3, punctual, "", ""},
	{"D1012", "Windpark-Service Eiderstedt GmbH", "Deichring 31", "25836", "Garding", "DE", "N30", 70, 6, late, "dap", ""},
	{"D1013", "Zuckerfabrik Lößbörde AG", "Rübenallee 1", "39387", "Oschersleben", "DE", "EOM15", 280, 7, punctual, "collective own", ""},
	{"D1014", "Zuckerfabrik Lößbörde AG, Werk Zeitz", "Schlammteich 6", "06712", "Zeitz", "DE", "EOM15", 0, 4, punctual, "collective", "D1013"},
	{"F3002", "Transmissions Garonne SAS", "3 rue du Chaland", "33100", "Bordeaux", "FR", "N30-2", 120, 5, prompt, "oem", ""},
	{"G5002", "Pennine Lift & Hoist Ltd", "Canal Works, Weavers Row", "HX1 1AA", "Halifax", "GB", "EOM15", 60, 4, late, "", ""},
	{"D1015", "Textilmaschinen Vogtlandhöhe GmbH", "Spindelweg 12", "08525", "Plauen", "DE", "N30-2", 90, 4, prompt, "south", ""},
	{"D1016", "Erntetechnik Geestrand GmbH", "Ackerweg 50", "27356", "Rotenburg", "DE", "N30", 75, 4, late, "tolerance", ""},
	{"D1017", "Aufzugsbau Kiefernhain GmbH", "Turmstraße 8", "14482", "Potsdam", "DE", "N30-2", 95, 4, prompt, "complete", ""},
	{"D1018", "Stadtwerke Bad Marschlingen", "Rathausplatz 2", "26721", "Emden", "DE", "N30", 0, 2, punctual, "debit", ""},
	{"A2003", "Donauhafen Umschlag AG", "Hafenlände 11", "4020", "Linz", "AT", "EOM15", 140, 5, punctual, "south collective", ""},
	{"D1019", "Glashütte Spessartgrund GmbH", "Ofenweg 1", "97816", "Lohr", "DE", "N30", 42, 3, slow, "", ""},
	{"D1020", "Molkerei Sonnenalb eG", "Milchstraße 33", "72531", "Hohenstein", "DE", "N30-2", 120, 5, prompt, "south own", ""},
	{"U4003", "Great Bend Pump & Power Co.", "1400 Turbine Avenue", "77002", "Houston", "US", "N45", 200, 5, late, "oem", ""},
	{"D1021", "Robotik Mainschleife GmbH", "Technologiepark 6", "97080", "Würzburg", "DE", "N30-2", 180, 8, prompt, "oem south", ""},
	{"D1022", "Recyclinghof Emscherknie GmbH", "Schrottinsel 4", "46047", "Oberhausen", "DE", "N14", 14, 2, slow, "", ""},
	{"F3003", "Câbles et Treuils du Vercors SAS", "22 route du Col", "38250", "Villard-de-Lans", "FR", "N30", 34, 3, late, "", ""},
	{"G5003", "Severnside Drives Ltd", "14 Dock Gate Road", "BS11 9AA", "Bristol", "GB", "N30-2", 130, 5, prompt, "oem", ""},
	{"D1023", "Brauerei Klosterhöfle KG", "Sudhausgasse 3", "88400", "Biberach", "DE", "N30-2", 40, 2, prompt, "south debit", ""},
	{"D1024", "Bergbahn Nebelfirst GmbH", "Gipfelweg 1", "87534", "Oberstaufen", "DE", "N30", 55, 2, punctual, "south complete", ""},
	{"D1025", "Werkzeugbau Ruhrhöhe GmbH", "Fräserstraße 17", "58455", "Witten", "DE", "N30-2", 115, 6, prompt, "", ""},
	{"D1026", "Schleusentechnik Havelbogen GmbH", "Treidelpfad 8", "14712", "Rathenow", "DE", "INST3", 150, 3, punctual, "dap", ""},
	{"A2004", "Steirische Zerspanung GmbH", "Erzstraße 29", "8605", "Kapfenberg", "AT", "N30-2", 70, 3, prompt, "south", ""},
	{"U4004", "Puget Marine Hydraulics Inc.", "600 Net Loft Way", "98101", "Seattle", "US", "N30", 80, 3, punctual, "tolerance", ""},
	{"D1027", "Betonwerk Kalkrain GmbH", "Silostraße 2", "76646", "Bruchsal", "DE", "N30", 65, 3, late, "south", ""},
	{"D1028", "Medizintechnik Auenland GmbH", "Laborweg 5", "07745", "Jena", "DE", "N30-2", 100, 4, prompt, "complete", ""},
	{"D1029", "Handelskontor Tideschlick GmbH", "Speicherreihe 19", "20457", "Hamburg", "DE", "N30-2", 190, 8, prompt, "oem collective", ""},
	{"D1030", "Handelskontor Tideschlick GmbH, Lübeck", "Salzkai 2", "23552", "Lübeck", "DE", "N30-2", 0, 4, prompt, "oem collective", "D1029"},
	{"D1031", "Handelskontor Tideschlick GmbH, Rostock", "Kranufer 7", "18057", "Rostock", "DE", "N30-2", 0, 3, prompt, "oem collective", "D1029"},
	{"F3004", "Scierie de la Haute Moselle", "5 chemin du Sagard", "88200", "Remiremont", "FR", "N30", 20, 1, slow, "novat", ""},
	{"G5004", "Fenland Harvesters Ltd", "Drove End Works", "PE13 1AA", "Wisbech", "GB", "N30", 45, 2, late, "", ""},
	{"A2005", "Salzburger Bühnenbau GmbH", "Kulissenweg 4", "5020", "Salzburg", "AT", "N30", 40, 2, punctual, "south complete", ""},
	{"U4005", "Peachtree Packaging Systems LLC", "88 Carton Drive", "30303", "Atlanta", "US", "N30", 60, 3, late, "", ""},
	{"D1032", "Fischverarbeitung Sielhafen GmbH", "Kutterkai 10", "26427", "Esens", "DE", "N14", 30, 2, slow, "debit", ""},
	{"F3005", "Moulins Réunis de Beauce SA", "1 place du Grain", "28000", "Chartres", "FR", "EOM15", 90, 3, punctual, "collective", ""},
	{"D1033", "Prüfstandbau Isarkies GmbH", "Messweg 14", "85748", "Garching", "DE", "PRE", 120, 4, prompt, "ahead south", ""},
	{"A2006", "Waldviertler Holzbau KG", "Zimmererweg 6", "3910", "Zwettl", "AT", "N30", 25, 1, late, "south", ""},
	{"G5005", "Clydebank Winches Ltd", "3 Slipway Street", "G81 1AA", "Clydebank", "GB", "N30", 70, 3, punctual, "tolerance dap", ""},
	{"U4006", "Straits Foundry Supply Co.", "15 Ladle Court", "48226", "Detroit", "US", "N45", 30, 2, slow, "", ""},
	{"F3006", "Hydraulique du Littoral SARL", "9 quai du Sémaphore", "59140", "Dunkerque", "FR", "N30-2", 85, 4, prompt, "", ""},
	{"A2007", "Bodensee Schiffsbetriebe GmbH", "Seestraße 1", "6900", "Bregenz", "AT", "N30-2", 50, 2, prompt, "south tolerance", ""},
	{"G5006", "Holderness Grain Systems Ltd", "Airfield Industrial Park", "HU12 9AA", "Hedon", "GB", "EOM15", 55, 2, late, "", ""},
	{"F3007", "Chariots Lorrains SAS", "40 rue des Essieux", "57100", "Thionville", "FR", "N30", 65, 2, late, "dap", ""},
	{"D1034", "Spielwarenfabrik Zwergental GmbH", "Drechslerplatz 3", "09548", "Seiffen", "DE", "N30-2", 20, 1, prompt, "", ""},
}

// carriers that take the goods, by country.
var carriers = map[string][]string{
	"DE": {"Weserexpress", "Paketring"}, "AT": {"Weserexpress", "Alpenfracht"}, "FR": {"Rhin-Manche Fret"}, "GB": {"Channel Link Haulage"}, "US": {"Hanse Ocean Lines", "Polar Air Freight"},
}

// roadDays gives how many working days goods travel, at least and at most.
var roadDays = map[string][2]int{"DE": {1, 2}, "AT": {2, 3}, "FR": {2, 4}, "GB": {4, 6}, "US": {7, 12}}
