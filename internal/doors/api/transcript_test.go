package api_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"kontor/internal/tools/dbtest"
	"kontor/internal/words/day"
)

const (
	root  = "../../.."
	token = "kt_transcript_00000000000000000000000000"
)

// TestTranscript runs docs/transcript.sh against a real `kontor serve` on both
// engines; docs/transcript.md is what it prints.
func TestTranscript(t *testing.T) {
	program := build(t)
	script, err := os.ReadFile(filepath.Join(root, "docs/transcript.sh"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := split(string(script))
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		if left := time.Until(time.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)); left < time.Minute {
			time.Sleep(left) // the days in the transcript are counted from one today
		}
		before := today()
		url := serve(t, program, dsn)
		got := page(blocks, play(t, blocks, url), before)
		golden(t, "docs/transcript.md", got)
	})
}

// build makes the program once.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "kontor")
	cmd := exec.Command("go", "build", "-o", program, "./cmd/kontor")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// serve starts the program on a free port and gives its address.
func serve(t *testing.T, program, dsn string) string {
	t.Helper()
	cmd := exec.Command(program, "serve", "--listen", "127.0.0.1:0", "--database", dsn)
	cmd.Env = append(os.Environ(), "KONTOR_TOKEN="+token)
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		late := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
		defer late.Stop()
		if err := cmd.Wait(); err != nil {
			t.Errorf("kontor serve did not end well: %v\n%s", err, log.String())
		}
		if log.Len() > 0 {
			t.Errorf("kontor serve complained:\n%s", log.String())
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "kontor answers on "); ok {
			go func() { // what else it prints
				for lines.Scan() {
				}
			}()
			return url
		}
	}
	t.Fatalf("kontor serve does not start:\n%s", log.String())
	return ""
}

// block is a piece of prose and the commands behind it.
type block struct{ prose, code string }

func split(script string) []block {
	var all []block
	inCode := true
	for line := range strings.Lines(script) {
		text, prose := strings.CutPrefix(line, "#:")
		switch {
		case prose && inCode:
			all = append(all, block{prose: strings.TrimPrefix(text, " ")})
		case prose:
			all[len(all)-1].prose += strings.TrimPrefix(text, " ")
		case len(all) > 0:
			all[len(all)-1].code += line
		}
		inCode = !prose
	}
	return all
}

const mark = "@@@ next @@@"

// play runs the blocks as one script and gives what each printed.
func play(t *testing.T, blocks []block, url string) []string {
	t.Helper()
	text := "set -euo pipefail\n"
	for _, b := range blocks {
		text += "echo '" + mark + "'\n" + b.code
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", text)
	cmd.Env = append(os.Environ(), "KONTOR_URL="+url, "KONTOR_TOKEN="+token, "LC_ALL=C.UTF-8")
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		t.Fatalf("the transcript ends early: %v\n%s%s", err, out.String(), complaints.String())
	}
	return strings.Split(out.String(), mark+"\n")[1:]
}

// page writes prose, commands and output as Markdown.
func page(blocks []block, outputs []string, on day.Day) string {
	var b strings.Builder
	b.WriteString("<!-- made from transcript.sh by internal/doors/api/transcript_test.go; make golden rewrites it -->\n\n")
	for i, x := range blocks {
		if prose := strings.TrimSpace(x.prose); prose != "" {
			b.WriteString(prose + "\n\n")
		}
		b.WriteString("```bash\n" + strings.Trim(x.code, "\n") + "\n```\n\n")
		if out := normal(outputs[i], on); strings.TrimSpace(out) != "" {
			b.WriteString("```text\n" + strings.TrimRight(out, "\n") + "\n```\n\n")
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

var (
	someDay = regexp.MustCompile(`\b\d{4}-\d\d-\d\d\b`)
	numberY = regexp.MustCompile(`\b(INV|CN)-\d{4}-(\d{6})\b`)
	someID  = regexp.MustCompile(`\b([a-z]{3})_[0-9a-hjkmnp-tv-z]{13}\b`)
)

// stage is the day on which the story plays in the manual.
const stage = day.Day("2026-03-02")

// normal moves all days so that today is the stage's, and hides ids.
func normal(out string, on day.Day) string {
	out = someDay.ReplaceAllStringFunc(out, func(d string) string {
		apart := day.Day(d).Time().Sub(on.Time()) / (24 * time.Hour)
		return string(stage.AddDays(int(apart)))
	})
	out = numberY.ReplaceAllString(out, "$1-2026-$2")
	return someID.ReplaceAllString(out, "${1}_…")
}

func today() day.Day { return day.Of(time.Now(), time.UTC) }

// golden compares a text with a file of the repository; KONTOR_GOLDEN=1 rewrites it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join(root, file)
	if os.Getenv("KONTOR_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s is not what is printed now (make golden rewrites it): %s", file, difference(string(want), got))
	}
}

// difference shows the first line that differs.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range g {
		if i >= len(w) || w[i] != g[i] {
			before := ""
			if i < len(w) {
				before = w[i]
			}
			return "line " + strconv.Itoa(i+1) + "\n was: " + before + "\n now: " + g[i]
		}
	}
	return "it is shorter now"
}
