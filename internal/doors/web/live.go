package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
)

// hub tells open pages which documents have changed. It reads the event log
// behind its place while anybody listens, once for all of them, and sends ids,
// never HTML: each page fetches what its person may see. The sequencer of this
// process wakes it; what other processes did, it finds by itself.
type hub struct {
	office *flow.Office
	done   <-chan struct{} // closed when the server ends; nil = never

	mu      sync.Mutex
	ears    map[chan news]bool
	running chan struct{} // nil while nobody listens; closed once the end of the log was found
}

// news are the documents that events behind a place in the log were about.
type news struct {
	seq int64
	ids string // blank between them
	all bool   // there may be more already
}

const (
	listen = time.Second      // between two looks at the log that nobody asked for
	alive  = 20 * time.Second // between two signs of life
	behind = 64               // news that may wait for a slow page; it reads all anew when there are more
	atOnce = 200              // events read at a time
)

// externalID is how documents are named in events.
var externalID = regexp.MustCompile(`[a-z]{3}_[0-9a-z]{13}`)

// hear subscribes: what happens after it came back is told. The news end when
// the channel is closed.
func (h *hub) hear() chan news {
	c := make(chan news, behind)
	h.mu.Lock()
	h.ears[c] = true
	if h.running == nil {
		h.running = make(chan struct{})
		go h.run(h.running)
	}
	ready := h.running
	h.mu.Unlock()
	<-ready
	return c
}

func (h *hub) leave(c chan news) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.ears, c)
}

// run reads until nobody listens.
func (h *hub) run(ready chan struct{}) {
	t := time.NewTicker(listen)
	defer t.Stop()
	for last := int64(-1); ; {
		bell := h.office.DB.Rung() // before the look, so that nothing falls between
		n, err := h.look(last)
		if err != nil {
			slog.Error("live pages: the event log could not be read", "error", err)
			n = news{seq: last}
		}
		if last < 0 && ready != nil {
			close(ready)
			ready = nil
		}
		last = n.seq
		if !h.tell(n) {
			return
		}
		if n.all {
			continue
		}
		select {
		case <-h.done:
			return
		case <-t.C:
		case <-bell:
		}
	}
}

// tell hands news to all who listen; false when nobody does any more.
func (h *hub) tell(n news) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.ears) == 0 {
		h.running = nil
		return false
	}
	if n.ids == "" {
		return true
	}
	for c := range h.ears {
		select {
		case c <- n:
		default: // it is far behind: what it missed, it asks for
			close(c)
			delete(h.ears, c)
		}
	}
	return true
}

// look reads the events behind a place; -1 only finds the end of the log.
func (h *hub) look(last int64) (news, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	n := news{seq: last}
	err := h.office.DB.Read(ctx, func(q *db.Reader) error {
		if last < 0 {
			var err error
			n.seq, err = report.FeedEnd(q)
			return err
		}
		events, err := report.Feed(q, last, atOnce)
		seen := map[string]bool{}
		var ids []string
		for _, e := range events {
			n.seq = e.Seq
			for _, x := range append(externalID.FindAllString(string(e.Body), -1), e.Subject.ID) {
				if !seen[x] {
					seen[x] = true
					ids = append(ids, x)
				}
			}
		}
		n.all = len(events) == atOnce
		if err != nil || len(ids) == 0 {
			return err
		}
		more, err := report.Behind(q, ids)
		n.ids = strings.Join(append(ids, more...), " ")
		return err
	})
	return n, err
}

// refreshes tells that an open page asks for what it shows of itself, without its frame.
func (v *visit) refreshes() bool { return v.Header.Get("X-Live") != "" }

// live is a stream of Server-Sent Events: changed, with the ids of documents.
func live(v *visit) (page, error) { return stream{}, nil }

type stream struct{}

func (stream) answer(v *visit) error {
	out := http.NewResponseController(v.w)
	h := v.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	c := v.site.hub.hear()
	defer v.site.hub.leave(c)
	say := func(text string) bool {
		_, err := fmt.Fprint(v.w, text)
		return err == nil && out.Flush() == nil
	}
	first := "retry: 2000\n\n"
	if v.Header.Get("Last-Event-ID") != "" {
		first += "event: changed\ndata: *\n\n" // what was said meanwhile is lost: look again
	}
	if !say(first) {
		return nil
	}
	t := time.NewTicker(alive)
	defer t.Stop()
	for {
		ok := true
		select {
		case <-v.Context().Done():
			return nil
		case <-v.site.hub.done:
			return nil
		case n, open := <-c:
			if !open {
				return nil
			}
			ok = say(fmt.Sprintf("id: %d\nevent: changed\ndata: %s\n\n", n.seq, n.ids))
		case <-t.C:
			ok = say(": alive\n\n")
		}
		if !ok {
			return nil
		}
	}
}
