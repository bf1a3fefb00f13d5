package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Under capture, three own a goroutine: live, because an interface does not wait
// to be asked; and analyze and pcapfile, in one file each, because decoding a file's
// frames on a second processor, and reading it meanwhile, is what makes it nearly as
// fast as copying them. All else is pure.
func TestGoroutines(t *testing.T) {
	t.Parallel()
	owners, may := map[string]bool{}, []string{"analyze/ahead.go", "pcapfile/ahead.go"}
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
				if !strings.HasPrefix(name, "live/") && !slices.Contains(may, name) {
					t.Errorf("capture/%s starts a goroutine: only live and %v may", name, may)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range may {
		if !owners[name] {
			t.Errorf("the goroutine of capture/%s was not seen", name)
		}
	}
}
