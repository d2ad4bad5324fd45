package scores

// Quote and Literal are the quoting functions, for tests that ask an engine.
func (d Dialect) Quote(name string) string { return d.quote(name) }

func (d Dialect) Literal(s string) string { return d.literal(s) }
