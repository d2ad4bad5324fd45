// Package probe is the smallest program that can stand in a worker: it opens
// plugins and runs the cells in them. The builder tries a new worker out with
// it, and tests of the front end and the builder run cells in it.
package probe

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"plugin"

	"github.com/lislab/lislab/kernel/engine/rt"
)

// Try opens the plugin args[0] and runs the cell of the package args[1]. It ends
// the process with status 1 where that fails.
func Try(args []string) {
	if _, err := plugin.Open(args[0]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	body := rt.Body(args[1])
	if body == nil {
		fmt.Fprintln(os.Stderr, "the plugin has not registered", args[1])
		os.Exit(1)
	}
	body()
}

// Request is one line that Main reads: plugins to open, then a cell to run.
type Request struct {
	Open []string // plugins, in order; those open already are skipped
	Run  string   // import path of the cell's package; "" runs nothing
	Mark []string // keys of the variables that the cell defines
}

// Reply is one line that Main writes to file descriptor 3.
type Reply struct {
	Result string   // the values of the last expression, as fmt.Sprint shows them
	HTML   string   // of a single value that has HTML()
	Failed string   // what went wrong, "" for nothing
	Stack  string   // of a panic
	Moved  []string // of the keys marked, those really defined
}

// Main reads requests from standard input until it ends, each a line of JSON.
func Main() {
	replies := json.NewEncoder(os.NewFile(3, "replies"))
	lines := bufio.NewReader(os.Stdin)
	rt.Own(os.Stdout)
	rt.Own(os.Stderr)
	open := map[string]bool{}
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return
		}
		var req Request
		if err == nil {
			err = json.Unmarshal(line, &req)
		}
		var reply Reply
		if err != nil {
			reply.Failed = err.Error()
		} else {
			reply = serve(n, req, open)
		}
		if err := replies.Encode(reply); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return
		}
	}
}

func serve(n int, req Request, open map[string]bool) (reply Reply) {
	for _, path := range req.Open {
		if open[path] {
			continue
		}
		if _, err := plugin.Open(path); err != nil {
			return Reply{Failed: err.Error()}
		}
		open[path] = true
	}
	if req.Run == "" {
		return reply
	}
	body := rt.Body(req.Run)
	if body == nil {
		return Reply{Failed: "no plugin has registered " + req.Run}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cell := &rt.Cell{ID: n, Context: ctx,
		Stream: func(stderr bool) *os.File {
			if stderr {
				return os.Stderr
			}
			return os.Stdout
		},
		Result: func(values ...any) {
			reply.Result = fmt.Sprintln(values...)
			if len(values) == 1 {
				if h, ok := values[0].(interface{ HTML() string }); ok {
					reply.HTML = h.HTML()
				}
			}
		},
		Lost: func(value any, stack []byte) { fmt.Printf("lost goroutine: %v\n", value) },
	}
	mark := rt.Mark(req.Mark)
	<-rt.Run(cell, body, func(normal bool, value any, stack []byte) {
		if !normal {
			reply.Failed = fmt.Sprintf("panic: %v", value)
			reply.Stack = string(stack)
		}
	})
	reply.Moved = rt.Moved(mark)
	return reply
}
