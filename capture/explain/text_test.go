package explain_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// pair is one text in both languages, as it stands in the source.
type pair struct {
	at     token.Position
	en, ko string
}

// texts reads every text of the package from its source: what has both an En
// and a Ko.
func texts(t *testing.T) []pair {
	t.Helper()
	files := token.NewFileSet()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var list []pair
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, entry.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok {
				if p, ok := pairOf(lit); ok {
					p.at = files.Position(lit.Pos())
					list = append(list, p)
				}
			}
			return true
		})
	}
	return list
}

func pairOf(lit *ast.CompositeLit) (p pair, ok bool) {
	found := 0
	for _, element := range lit.Elts {
		kv, isKV := element.(*ast.KeyValueExpr)
		if !isKV {
			continue
		}
		key, isName := kv.Key.(*ast.Ident)
		value, isText := kv.Value.(*ast.BasicLit)
		if !isName || !isText || value.Kind != token.STRING {
			continue
		}
		s, err := strconv.Unquote(value.Value)
		if err != nil {
			continue
		}
		switch key.Name {
		case "En":
			p.en = s
			found++
		case "Ko":
			p.ko = s
			found++
		}
	}
	return p, found > 0
}

var (
	placeholder = regexp.MustCompile(`\{([a-z]+)(?:\|([^}]*))?\}`)
	hangul      = regexp.MustCompile(`\p{Hangul}`)
	// bareParticle is a particle that follows a value as it is, and so fits
	// only half of the values.
	bareParticle = regexp.MustCompile(`\}(은|는|이|가|을|를|과|와|으로|로)([ ,.)]|$)`)
	markup       = regexp.MustCompile("[<>*`]|\\bhttps?:")
)

// TestTexts holds both languages to the same values, and the templates to what
// the language asks for.
func TestTexts(t *testing.T) {
	t.Parallel()
	all := texts(t)
	if len(all) < 300 {
		t.Fatalf("found %d texts: the source is not read as it should be", len(all))
	}
	for _, p := range all {
		en, ko := names(p.en), names(p.ko)
		if p.en == "" || p.ko == "" {
			t.Errorf("%v: a language is missing: %q, %q", p.at, p.en, p.ko)
		}
		if !slices.Equal(en, ko) {
			t.Errorf("%v: English uses %v, Korean %v", p.at, en, ko)
		}
		if m := markup.FindString(p.en + p.ko); m != "" {
			t.Errorf("%v: markup %q", p.at, m)
		}
		if m := bareParticle.FindString(p.ko); m != "" {
			t.Errorf("%v: %q does not fit every value: %q", p.at, m, p.ko)
		}
		if hangul.MatchString(p.en) {
			t.Errorf("%v: Hangul in English: %q", p.at, p.en)
		}
		if strings.HasSuffix(p.en, ".") != strings.HasSuffix(p.ko, ".") && !strings.HasSuffix(p.en, ".)") {
			t.Errorf("%v: only one of the two is a sentence: %q, %q", p.at, p.en, p.ko)
		}
		checkForms(t, p)
	}
}

func names(template string) []string {
	set := map[string]bool{}
	for _, m := range placeholder.FindAllStringSubmatch(template, -1) {
		set[m[1]] = true
	}
	return slices.Sorted(maps.Keys(set))
}

var pairs = []string{"은/는", "이/가", "을/를", "과/와", "으로/로", "도/도"}

func checkForms(t *testing.T, p pair) {
	t.Helper()
	for _, m := range placeholder.FindAllStringSubmatch(p.ko, -1) {
		if m[2] != "" && m[2] != "번째" && !slices.Contains(pairs, m[2]) {
			t.Errorf("%v: unknown form %q", p.at, m[0])
		}
	}
	for _, m := range placeholder.FindAllStringSubmatch(p.en, -1) {
		if strings.Contains(m[2], "/") {
			t.Errorf("%v: a Korean form in English: %q", p.at, m[0])
		}
	}
}

// TestPolite: every Korean sentence ends as a textbook's do.
func TestPolite(t *testing.T) {
	t.Parallel()
	ending := regexp.MustCompile(`니다(\([^()]*\))?\.\)?$|\}\.$`)
	for _, p := range texts(t) {
		if strings.HasSuffix(p.ko, ".") && !ending.MatchString(p.ko) {
			t.Errorf("%v: %q", p.at, p.ko)
		}
	}
}
