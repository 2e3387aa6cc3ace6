// Package promise answers how much of a product can be had, when, from where,
// and what stops it being sooner: available-to-promise (ATP) over stock and
// dated receipts, capable-to-promise (CTP) through bills of materials and work
// centres. It is pure logic: a World goes in, an Answer comes out. It does not
// own stock, orders, calendars or papers; flows read those and write what was
// promised.
//
// # Definition
//
// Everything below is what the engine must answer, not how it does it.
//
// Days. The World has a today and a number of days; only what arrives within
// them is promised. What comes in on a day may leave on it. A site's departures
// are its working days, today only before its cut-off. Goods travel Transit
// days of the carrier and then wait for the next day on which the destination
// receives. Of the departures that arrive on one day the latest counts. Nothing
// is promised to arrive before the day wished for.
//
// Cover. A lot can cover a demand if it is there on the day the demand leaves
// and does not expire before the day the demand must keep until. What was
// promised before keeps its cover: a set of promises stands if every unit of
// every demand can be given a unit of its own that covers it. A quantity can be
// had if it and all promises together stand, later ones included (the cumulative
// ATP with look-ahead; without expiry it is the least of supply less demand on
// that day and all later days). A promise that its lots cannot cover in time is
// moved to the first day on which they can, in the order of days, and then
// stands like any other; Book.Late lists it.
//
// Make. A work order of q units that is ready on a working day F starts Lead
// working days before F, not before today. What it makes is q or the least batch
// if that is more. It needs, on the day it starts, of each component
// ⌈made × Per/PerOf × (1+Scrap/10000)⌉, and of each operation's work centre Setup
// + ⌈made × Run/RunOf⌉ minutes in the working days from its start to the day
// before F (on F itself when Lead is 0), latest minutes first. Products are
// taken in an order in which each comes after all that contain it, and the needs
// of one product by day, those of one day together: first what stock covers, as
// above, with lots that last until the end product is ready; the rest is a
// work order that is ready on the last working day that is not after the need. A
// phantom is never taken from stock. (Low-level codes and time-phased netting:
// J. Orlicky, Material Requirements Planning, 1975.) For a departure the last
// working day not after it is tried first and then up to Ahead working days
// before that; each gives the largest quantity for which all this is possible.
// What a batch makes too much is stock for the lines after this line or group.
//
// Line. Lines are settled in order; what one takes the next does not have. On
// one arrival day and at one site a line takes stock of its product, then what
// can be made if it may, then its substitutes in their order, from stock. A
// substitute covers q with q × Num/Den, where that is whole. All that arrives in
// a month counts against the quota of the customer group for the product that
// arrives and that month; a month without a quota is free.
//
//   - Neither split: the earliest day on which one site has everything.
//   - Split over sites: the earliest day on which the sites together have
//     everything; first the own product, then each substitute, each from as few
//     sites as can do it.
//   - Split in time: one site; day by day as much as it has. Of the sites the one
//     that leaves least open, then is complete first, then with fewest deliveries.
//   - Both: day by day as much as all sites have, from as few sites as can do it.
//
// Of sites, or sets of them, that are equal so far: least from substitutes (when
// one site serves the line), least cost (freight, TransitCents for each day of
// transit, less AgeCents for each day of age of the oldest stock), then least
// freight, shortest transit, oldest stock, first in the World. Freight for a
// shipment is paid once for each site and day of departure of a request. Within
// a set the cheapest freight for a unit is used up first. So service date comes
// first, then splits, then cost; no site is chosen that another one dominates.
//
// Group. Lines of one delivery group, or all lines of a complete delivery, arrive
// on one day: the earliest, not before any of their wishes, on which each in turn
// can be had wholly. Groups stand where their first line stands.
//
// Limit. A line that is not wholly there on the first day it may arrive has a
// limit: the first thing that fails – quota, shelf life, the receipt that the
// last part waited for, a lack in the explosion, stock – when all of it is tried
// one arrival day before its last part, at the site of that part; where none
// arrives, at the site that has most. Nothing that can arrive before means cut-off,
// calendars or transit. Lifted, it binds no more: the line comes sooner or gets
// more, or another limit is named.
//
// So each line is earliest-first and, in that, optimal; the order of lines is
// given and greedy: no line gives way for a later one. Within a line that splits
// in time, too, what is made first can take what would have made all of it later;
// the option "whole" says so. A work order is planned as one block; to look for
// the best plan of all is a scheduler's task. In time and quantity every search
// is exact. Of more than 200,000 sets of sites the largest offers are taken and
// improved by exchange of single sites.
package promise
