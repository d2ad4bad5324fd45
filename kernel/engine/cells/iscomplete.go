package cells

import (
	"go/scanner"
	"go/token"
	"strings"

	"github.com/lislab/lislab/kernel/engine"
)

// IsComplete says whether a console may send the code: it is incomplete where a
// bracket, a raw string or a comment is open or the last token wants more, and
// invalid where no further line could make it Go.
func IsComplete(code string) engine.Completeness {
	var sc scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(code))
	open, bad := false, false
	sc.Init(file, []byte(code), func(_ token.Position, msg string) {
		if strings.HasPrefix(msg, "raw string literal not terminated") || strings.HasPrefix(msg, "comment not terminated") {
			open = true
			return
		}
		bad = true
	}, 0)
	depth, last := 0, token.SEMICOLON
	for {
		_, tok, lit := sc.Scan()
		if tok == token.EOF {
			break
		}
		switch tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		}
		bad = bad || depth < 0
		if tok != token.SEMICOLON || lit == ";" {
			last = tok
		}
	}
	switch {
	case bad:
		return engine.Completeness{Status: "invalid"}
	case open:
		return engine.Completeness{Status: "incomplete"}
	case depth > 0:
		return engine.Completeness{Status: "incomplete", Indent: strings.Repeat("\t", depth)}
	case wantsMore(last):
		return engine.Completeness{Status: "incomplete", Indent: "\t"}
	}
	if _, err := split(token.NewFileSet(), 0, code); err != nil {
		return engine.Completeness{Status: "invalid"}
	}
	return engine.Completeness{Status: "complete"}
}

// wantsMore reports whether code cannot end with a token.
func wantsMore(t token.Token) bool {
	switch t {
	case token.SEMICOLON, token.RPAREN, token.RBRACK, token.RBRACE, token.INC, token.DEC:
		return false
	case token.FUNC, token.TYPE, token.VAR, token.CONST, token.IMPORT, token.PACKAGE, token.GO, token.DEFER, token.IF, token.FOR, token.SWITCH, token.SELECT, token.RANGE, token.MAP, token.CHAN, token.STRUCT, token.INTERFACE, token.ELSE:
		return true
	}
	return t.IsOperator()
}
