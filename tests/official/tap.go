// Package tap prints the Test Anything Protocol. The validation programs expect github.com/mndrix/tap-go, which Debian
// does not have; this is the part of its interface that they use.
package tap

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// T is one stream of results.
type T struct {
	Writer io.Writer
	count  *int
	suffix string
}

// New returns a stream that goes to standard output.
func New() *T { return &T{Writer: os.Stdout, count: new(int)} }

// Header announces the version, and the number of tests unless it is 0.
func (t *T) Header(tests int) {
	fmt.Fprintln(t.Writer, "TAP version 13")
	if tests > 0 {
		fmt.Fprintf(t.Writer, "1..%d\n", tests)
	}
}

// AutoPlan says at the end how many there were.
func (t *T) AutoPlan() { fmt.Fprintf(t.Writer, "1..%d\n", *t.count) }

// Ok is one result.
func (t *T) Ok(passed bool, description string) {
	word := "ok"
	if !passed {
		word = "not ok"
	}
	*t.count++
	description = strings.ReplaceAll(description, "\n", " ")
	fmt.Fprintf(t.Writer, "%s %d - %s%s\n", word, *t.count, description, t.suffix)
}

// Pass is a good result.
func (t *T) Pass(description string) { t.Ok(true, description) }

// Fail is a bad one.
func (t *T) Fail(description string) { t.Ok(false, description) }

// Skip is a number of tests that do not apply.
func (t *T) Skip(tests int, description string) {
	for i := 0; i < tests; i++ {
		*t.count++
		fmt.Fprintf(t.Writer, "ok %d # SKIP %s\n", *t.count, description)
	}
}

// Todo is a stream whose failures do not count.
func (t *T) Todo() *T { return &T{Writer: t.Writer, count: t.count, suffix: " # TODO"} }

// Diagnostic explains the last result.
func (t *T) Diagnostic(message string) {
	fmt.Fprintln(t.Writer, "# "+strings.ReplaceAll(strings.TrimRight(message, "\n"), "\n", "\n# "))
}

// Diagnosticf formats first.
func (t *T) Diagnosticf(format string, arguments ...interface{}) {
	t.Diagnostic(fmt.Sprintf(format, arguments...))
}

// YAML prints a value; JSON is YAML as well.
func (t *T) YAML(value interface{}) error {
	text, err := json.MarshalIndent(value, "  ", "  ")
	if err == nil {
		fmt.Fprintf(t.Writer, "  ---\n  %s\n  ...\n", text)
	}
	return err
}
