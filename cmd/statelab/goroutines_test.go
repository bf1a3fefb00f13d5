package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// Under capture, two own a goroutine: live, because an interface does not wait
// to be asked; and analyze, in one file, because decoding a file's frames on a
// second processor is what makes it as fast as copying them. All else is pure.
func TestGoroutines(t *testing.T) {
	t.Parallel()
	owners := map[string]bool{}
	root := filepath.Join("..", "..", "capture")
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		ast.Inspect(file, func(n ast.Node) bool {
			if _, ok := n.(*ast.GoStmt); ok {
				owners[name] = true
				if !strings.HasPrefix(name, "live/") && name != "analyze/ahead.go" {
					t.Errorf("capture/%s starts a goroutine: only live and analyze/ahead.go may", name)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !owners["analyze/ahead.go"] {
		t.Error("the goroutine of analyze/ahead.go was not seen: the test looks at nothing")
	}
}
