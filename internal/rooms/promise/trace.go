package promise

import (
	"fmt"

	"kontor/internal/words/day"
)

// Op says how a node's value follows from the nodes below it.
type Op string

// The operations of a trace.
const (
	OpGiven  Op = "given"  // a figure of the World or the Request, or found by search
	OpSum    Op = "sum"    // of all below
	OpLess   Op = "less"   // the first below less the others, not below 0
	OpLeast  Op = "least"  // of all below
	OpMost   Op = "most"   // the largest of all below
	OpScaled Op = "scaled" // ⌈first × second / third⌉
	OpFree   Op = "free"   // what is free on On and lasts until Until, of lots and demands
	OpLot    Op = "lot"    // supply from On, up to Until ("" = for ever)
	OpDemand Op = "demand" // demand on On that lasts until Until
	OpOrder  Op = "order"  // a work order: found by search, what it needs is below
)

// Node is a figure with what it was made of.
type Node struct {
	What      string
	Op        Op
	Value     int64
	On, Until day.Day `json:",omitempty"`
	In        []Node  `json:",omitempty"`
}

// Recompute works the tree out from its leaves, and reports the first node that
// says otherwise.
func (n *Node) Recompute() error {
	for i := range n.In {
		if err := n.In[i].Recompute(); err != nil {
			return err
		}
	}
	if v := n.value(); v != n.Value {
		return fmt.Errorf("%s: %s gives %d, not %d", n.What, n.Op, v, n.Value)
	}
	return nil
}

func (n *Node) value() int64 {
	if len(n.In) == 0 && n.Op != OpFree && n.Op != OpSum {
		return n.Value
	}
	switch n.Op {
	case OpFree:
		return n.free()
	case OpScaled:
		return scaled(n.In[0].Value, n.In[1].Value, n.In[2].Value)
	case OpOrder:
		return n.Value
	}
	v := int64(0)
	for i, x := range n.In {
		switch {
		case n.Op == OpSum, i == 0:
			v += x.Value
		case n.Op == OpLess:
			v = max(0, v-x.Value)
		case n.Op == OpLeast:
			v = min(v, x.Value)
		case n.Op == OpMost:
			v = max(v, x.Value)
		}
	}
	return v
}

// free matches the lots and demands below; days are counted from the node's own.
func (n *Node) free() int64 {
	at := func(d day.Day) int { return int(d.Time().Sub(n.On.Time()).Hours()) / 24 }
	p := &pool{expiring: true}
	for _, x := range n.In {
		until := never
		if x.Until != "" {
			until = at(x.Until)
		}
		if x.Op == OpLot {
			p.addLot(lot{day: at(x.On), expires: until, qty: x.Value})
		} else {
			p.demand(at(x.On), until, x.Value)
		}
	}
	return p.free(0, at(n.Until))
}

func given(what string, v int64) Node { return Node{What: what, Op: OpGiven, Value: v} }

// traceFree tells what is free in a pool, by its lots and demands.
func (b *Book) traceFree(what string, p *pool, day, until int) Node {
	n := Node{What: what, Op: OpFree, Value: p.free(day, until), On: b.on(day), Until: b.on(until)}
	for _, l := range p.lots {
		x := Node{What: l.ref, Op: OpLot, Value: l.qty, On: b.on(l.day)}
		if l.expires != never {
			x.Until = b.on(l.expires)
		}
		n.In = append(n.In, x)
	}
	for _, d := range p.demands {
		n.In = append(n.In, Node{What: "promised", Op: OpDemand, Value: d.qty, On: b.on(d.day), Until: b.on(d.until)})
	}
	return n
}

// traceStock tells why a quantity comes from a pool, before it is booked. For a
// substitute it is told in base steps of that, and turned into the line's.
func (a *asking) traceStock(g *grab, p *pool, wanted int64) Node {
	k := gcd(g.qty, g.taken)
	per, forEach := g.taken/k, g.qty/k
	n := Node{What: fmt.Sprintf("%s of %s from %s, leaves %s", g.source, a.world.Products[g.product].Code, a.sites[g.site].Code, a.on(g.leave)), Op: OpLeast, Value: g.taken}
	n.In = []Node{given("wanted", wanted/forEach*per), a.traceFree("free", p, g.leave, g.until)}
	if a.quota(g.product, g.arrive) != nil {
		n.In = append(n.In, given("left of the quota", a.room(g.product, g.arrive)))
	}
	if n.value() > g.taken {
		n.In = append(n.In, given("share of this site, in whole units", g.taken))
	}
	if g.source != FromSubstitute {
		return n
	}
	return Node{What: n.What, Op: OpScaled, Value: g.qty, In: []Node{n, given("of the line", forEach), given("for each", per)}}
}

// traceMake tells what a work order needs, from the explosion just booked.
func (a *asking) traceMake(g *grab, r *recipe, wanted int64) Node {
	n := Node{What: fmt.Sprintf("%s %s at %s, ready %s", g.source, a.world.Products[g.product].Code, a.sites[g.site].Code, a.on(g.ready)), Op: OpOrder, Value: g.qty, In: []Node{given("wanted", wanted)}}
	for i, s := range r.stages {
		for _, x := range s.needs {
			n.In = append(n.In, a.traceNeed(r, i, x))
		}
	}
	return n
}

// traceNeed tells what is made for a need, and the minutes and parts it takes.
func (a *asking) traceNeed(top *recipe, i int, x need) Node {
	s := &top.stages[i]
	code := a.world.Products[s.product].Code
	made := Node{What: fmt.Sprintf("made of %s for %s", code, a.on(x.day)), Op: OpLess, Value: x.rest(),
		In: []Node{given("needed", x.qty), given("from stock", x.qty-x.rest())}}
	if s.recipe == nil || x.rest() == 0 {
		return made
	}
	if !s.recipe.Phantom && s.recipe.Batch > 0 {
		made = Node{What: made.What + ", at least a batch", Op: OpMost, Value: max(made.Value, s.recipe.Batch), In: []Node{made, given("batch", s.recipe.Batch)}}
	}
	out := Node{What: "work order for " + code, Op: OpOrder, Value: made.Value, In: []Node{made}}
	for _, c := range s.parts {
		need := Node{What: "needs of " + a.world.Products[top.stages[c.stage].product].Code, Op: OpScaled,
			In: []Node{given("made", made.Value), given("per, with scrap", c.Per*(10000+c.Scrap)), given("for each", c.PerOf*10000)}}
		need.Value = need.value()
		out.In = append(out.In, need)
	}
	if !s.recipe.Phantom {
		out.In = append(out.In, minutes(s.recipe, made.Value)...)
	}
	return out
}

func minutes(r *recipe, made int64) []Node {
	var out []Node
	for _, o := range r.Operations {
		run := Node{What: "run", Op: OpScaled, In: []Node{given("made", made), given("minutes", o.Run), given("for each", o.RunOf)}}
		run.Value = run.value()
		out = append(out, Node{What: "minutes of " + o.Centre, Op: OpSum, Value: o.Setup + run.Value, In: []Node{given("setup", o.Setup), run}})
	}
	return out
}
