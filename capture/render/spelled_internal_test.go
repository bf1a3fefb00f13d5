package render

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// Every sign of our sentences has a spelling in ASCII: a question mark in its place
// would say that something is assumed.
func TestOurSignsAreSpelled(t *testing.T) {
	t.Parallel()
	drawn := func(r rune) bool { return r >= 0x2500 && r <= 0x28ff && r != '✓' && r != '✗' } // by glyphs
	sentences := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "/viewer/") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			l, ok := n.(*ast.BasicLit)
			if !ok || l.Kind != token.STRING || !strings.ContainsFunc(l.Value, unicode.IsLetter) {
				return true
			}
			sentences++
			for _, r := range l.Value {
				if r >= 0x80 && !drawn(r) && strings.Contains(asciify(string(r)), "?") {
					t.Errorf("%s: %q of %s has no spelling", path, r, l.Value)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || sentences < 1000 {
		t.Errorf("%v; %d sentences", err, sentences)
	}
}
