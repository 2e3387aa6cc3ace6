package importers

import "sync"

// works are several goroutines of one run; the first error ends all of them.
type works struct {
	wg   sync.WaitGroup
	once sync.Once
	stop chan struct{}
	err  error
}

func newWorks() *works { return &works{stop: make(chan struct{})} }

// fail ends the run; nil does nothing.
func (w *works) fail(err error) {
	if err != nil {
		w.once.Do(func() {
			w.err = err
			close(w.stop)
		})
	}
}

func (w *works) failed() bool {
	select {
	case <-w.stop:
		return true
	default:
		return false
	}
}

// ahead prepares batches, in order, some before they are needed.
func (w *works) ahead(batches [][]*job, prepare func([]*job) error) <-chan []*job {
	ready := make(chan []*job, 2)
	w.wg.Go(func() {
		defer close(ready)
		for _, b := range batches {
			if err := prepare(b); err != nil {
				w.fail(err)
				return
			}
			select {
			case ready <- b:
			case <-w.stop:
				return
			}
		}
	})
	return ready
}

// lane does what it is given behind the caller's back, in order.
type lane struct {
	w    *works
	todo chan func() error
}

func (w *works) lane() *lane {
	l := &lane{w, make(chan func() error, 4)}
	w.wg.Go(func() {
		for f := range l.todo {
			if !w.failed() {
				w.fail(f())
			}
		}
	})
	return l
}

func (l *lane) add(f func() error) {
	select {
	case l.todo <- f:
	case <-l.w.stop:
	}
}
