package web

import (
	queue "container/list"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"kontor/internal/rooms/company"
	"kontor/internal/words/fault"
)

// One address may try as often as an office behind it needs on a Monday morning;
// who guesses gets nowhere at that rate.
const (
	burst     = 40
	refill    = 2 * time.Second // a further try
	addresses = 10_000          // remembered at most: 2 MB
)

// throttle lets each address knock at the door only so often. It forgets who
// was quiet the longest.
type throttle struct {
	mu     sync.Mutex
	known  map[netip.Prefix]*queue.Element
	recent queue.List // of *knocker, the last who knocked in front
}

type knocker struct {
	from  netip.Prefix
	tries *rate.Limiter
}

func newThrottle() *throttle { return &throttle{known: map[netip.Prefix]*queue.Element{}} }

// wait tells how long an address has to wait; 0 lets it in and counts.
func (t *throttle) wait(from netip.Prefix, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := t.known[from]
	if at == nil {
		if len(t.known) >= addresses {
			last := t.recent.Back()
			delete(t.known, t.recent.Remove(last).(*knocker).from)
		}
		at = t.recent.PushFront(&knocker{from, rate.NewLimiter(rate.Every(refill), burst)})
		t.known[from] = at
	}
	t.recent.MoveToFront(at)
	r := at.Value.(*knocker).tries.ReserveN(now, 1)
	d := r.DelayFrom(now)
	if d > 0 {
		r.CancelAt(now)
	}
	return d
}

// from is the address that a request came from; of IPv6 the /64, which one
// household has. The proxy in front is believed only when it is said to be there,
// and then only what it added itself: the last entry.
func (s *site) from(r *http.Request) netip.Prefix {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if all := r.Header.Values("X-Forwarded-For"); s.Proxy && len(all) > 0 {
		entries := strings.Split(all[len(all)-1], ",")
		host = strings.TrimSpace(entries[len(entries)-1])
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	a = a.Unmap().WithZone("")
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits)
	return p
}

var errTooOften = fault.Rule{Kind: fault.Busy, Code: "web.too-often"}

// limited makes a route one at which an address may knock only so often.
func limited(r route) route {
	r.limited = true
	return r
}

// tooOften answers who knocks too often, before anything is looked up for him.
func (v *visit) tooOften() bool {
	d := v.site.throttle.wait(v.site.from(v.Request), v.site.clock())
	if d <= 0 {
		return false
	}
	v.company = &company.Company{Name: "Kontor"}
	seconds := int64((d + time.Second - 1) / time.Second)
	v.w.Header().Set("Retry-After", itoa(seconds))
	f, _ := v.faultOf(errTooOften.Because("there were too many tries to sign in from your address: wait %s, then try again. Who is signed in already is not hindered", count(seconds, "second", "seconds")))
	f.Title = "Too many tries"
	_ = drawing{http.StatusTooManyRequests, plainError(v, f)}.answer(v)
	return true
}
