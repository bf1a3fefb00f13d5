package explain

import "errors"

// faulty is an error that says in both languages what is wrong with a frame.
type faulty interface {
	error
	Fault() string
	KoreanFault() string
}

// Fault says in a language what is wrong with a frame. Of an error that knows one
// language only, it is the text.
func Fault(lang Lang, err error) string {
	var f faulty
	switch {
	case !errors.As(err, &f):
		return err.Error()
	case lang == Korean:
		return f.KoreanFault()
	}
	return f.Fault()
}
