package explain

// SeverityChosen reports whether the table of severities has the name.
func SeverityChosen(name string) bool {
	_, ok := severities[name]
	return ok
}
