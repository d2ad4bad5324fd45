package session

import (
	"context"
	"go/scanner"
	"go/token"
	"strings"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/magic"
)

// IsComplete says whether a console may send the code.
func (s *Session) IsComplete(code string) engine.Completeness {
	for _, part := range magic.Split(code) {
		if part.Kind == magic.Cell && !strings.HasSuffix(code, "\n\n") && part.Name != "time" {
			return engine.Completeness{Status: "incomplete"} // an empty line ends it
		}
		if part.Kind == magic.Go {
			if c := goComplete(part.Body); c.Status != "complete" {
				return c
			}
		}
	}
	return engine.Completeness{Status: "complete"}
}

// goComplete goes by brackets, open strings and the last token.
func goComplete(code string) engine.Completeness {
	var sc scanner.Scanner
	set := token.NewFileSet()
	open, bad := false, false
	sc.Init(set.AddFile("", -1, len(code)), []byte(code), func(_ token.Position, msg string) {
		if strings.HasSuffix(msg, "not terminated") && (strings.HasPrefix(msg, "raw string") || strings.HasPrefix(msg, "comment")) {
			open = true
			return
		}
		bad = true
	}, 0)
	depth, last := 0, token.SEMICOLON
	for {
		_, tok, _ := sc.Scan()
		if tok == token.EOF {
			break
		}
		switch tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if depth--; depth < 0 {
				bad = true
			}
		}
		last = tok
	}
	switch {
	case bad:
		return engine.Completeness{Status: "invalid"}
	case open:
		return engine.Completeness{Status: "incomplete"}
	case depth > 0:
		return engine.Completeness{Status: "incomplete", Indent: strings.Repeat("\t", depth)}
	case last.IsOperator() && last != token.SEMICOLON && last != token.RPAREN && last != token.RBRACK && last != token.RBRACE && last != token.INC && last != token.DEC:
		return engine.Completeness{Status: "incomplete", Indent: "\t"}
	}
	return engine.Completeness{Status: "complete"}
}

// Inspect documents nothing where there is no toolchain to ask.
func (s *Session) Inspect(context.Context, string, int, int) engine.Inspection {
	return engine.Inspection{}
}
