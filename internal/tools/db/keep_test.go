package db

import "testing"

// What is kept is there once, under its own mark only, and the oldest goes first.
func TestMemory(t *testing.T) {
	d := &DB{}
	tx := &Tx{Reader: Reader{d: d}, id: 7}
	keep := func(key int64, weight int, v any) {
		tx.keep = nil
		tx.Keep(key, weight, v)
		d.memory.put(tx.keep)
	}
	keep(1, 1, "a")
	if v := tx.Recall(1, 7); v != "a" {
		t.Errorf("recalled %v", v)
	}
	if v := tx.Recall(1, 7); v != nil {
		t.Errorf("recalled twice: %v", v)
	}
	keep(2, 1, "b")
	if v := tx.Recall(2, 8); v != nil {
		t.Errorf("recalled what was changed since: %v", v)
	}
	keep(3, 1, "c")
	keep(3, 1, "d")
	if v := tx.Recall(3, 7); v != "d" {
		t.Errorf("recalled %v, not what was kept last", v)
	}
	keep(4, memoryLimit, "big")
	keep(5, 1, "e")
	if v := tx.Recall(4, 7); v != nil {
		t.Error("the oldest was not forgotten")
	}
	if v := tx.Recall(5, 7); v != "e" {
		t.Error("the newest was forgotten")
	}
	keep(6, 2*memoryLimit, "huge")
	if v := tx.Recall(6, 7); v != nil || d.memory.weight != 0 || d.memory.oldest.Len() != 0 {
		t.Errorf("kept more than there is room for: weight %d", d.memory.weight)
	}
}
