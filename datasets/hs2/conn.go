package hs2

import (
	"context"
	"database/sql/driver"
	"errors"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	hs "github.com/beltran/gohive/hiveserver"
)

// A conn is a session, on one connection.
type conn struct {
	connector
	*link
	session *hs.TSessionHandle
	bad     atomic.Bool // the connection can no longer be trusted
}

var errUnsupported = errors.New("hs2: HiveServer2 has neither prepared statements nor transactions")

func (c *conn) Prepare(string) (driver.Stmt, error) { return nil, errUnsupported }

func (c *conn) Begin() (driver.Tx, error) { return nil, errUnsupported }

// IsValid tells database/sql whether the session may be used again.
func (c *conn) IsValid() bool { return !c.bad.Load() }

// Ping asks the server for an answer.
func (c *conn) Ping(ctx context.Context) error {
	op, err := c.run(ctx, "SELECT 1", nil)
	if err == nil {
		c.closeOperation(op)
	}
	return err
}

func (c *conn) Close() error {
	if c.bad.Load() {
		c.kill()
		return nil
	}
	late := time.AfterFunc(5*time.Second, c.kill)
	defer late.Stop()
	c.client.CloseSession(context.Background(), &hs.TCloseSessionReq{SessionHandle: c.session})
	return c.transport.Close()
}

func (c *conn) closeOperation(op *hs.TOperationHandle) {
	r, err := c.client.CloseOperation(context.Background(), &hs.TCloseOperationReq{OperationHandle: op})
	if check(r, err) != nil {
		c.bad.Store(true)
	}
}

// watch ends op when ctx ends, over a second connection. While rows are
// fetched a cancellation does nothing at the server, and closing does.
func (c *conn) watch(ctx context.Context, op *hs.TOperationHandle, fetching bool) (stop func()) {
	done := make(chan struct{})
	forget := context.AfterFunc(ctx, func() {
		defer close(done)
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		second, err := c.dial(ctx)
		if err == nil {
			defer second.kill()
			defer context.AfterFunc(ctx, second.kill)()
			if fetching {
				_, err = second.client.CloseOperation(ctx, &hs.TCloseOperationReq{OperationHandle: op})
			} else {
				_, err = second.client.CancelOperation(ctx, &hs.TCancelOperationReq{OperationHandle: op})
			}
		}
		if err != nil {
			c.bad.Store(true)
			c.kill()
		}
	})
	return func() {
		if !forget() {
			<-done
		}
	}
}

// lostCancel is how long after its beginning a statement may lose a
// cancellation.
const lostCancel = 1500 * time.Millisecond

// run begins a statement and waits until it is done.
func (c *conn) run(ctx context.Context, query string, args []driver.NamedValue) (*hs.TOperationHandle, error) {
	if len(args) > 0 {
		return nil, errors.New("hs2: HiveServer2 has no bound parameters; write the values into the query, quoted")
	}
	if err := ctx.Err(); err != nil { // never send what is cancelled already
		return nil, err
	}
	req := &hs.TExecuteStatementReq{SessionHandle: c.session, Statement: query, RunAsync: true}
	if deadline, ok := ctx.Deadline(); ok {
		req.QueryTimeout = int64(time.Until(deadline)/time.Second) + 2 // should this process die, the server stops by itself
	}
	began := time.Now()
	r, err := c.client.ExecuteStatement(context.Background(), req)
	if err = c.check(r, err); err != nil {
		return nil, err
	}
	op := r.OperationHandle
	defer c.watch(ctx, op, false)()
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		st, err := c.client.GetOperationStatus(context.Background(), &hs.TGetOperationStatusReq{OperationHandle: op})
		if e := ctx.Err(); e != nil {
			time.Sleep(lostCancel - time.Since(began))
			if !c.bad.Load() {
				c.closeOperation(op)
			}
			return nil, e
		}
		if err = c.check(st, err); err != nil {
			return nil, err
		}
		switch s := st.GetOperationState(); s {
		case hs.TOperationState_FINISHED_STATE:
			return op, nil
		case hs.TOperationState_INITIALIZED_STATE, hs.TOperationState_PENDING_STATE, hs.TOperationState_RUNNING_STATE:
			time.Sleep(pause)
		default:
			c.closeOperation(op)
			return nil, refusal(strings.TrimSuffix(s.String(), "_STATE") + " " + st.GetErrorMessage())
		}
	}
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	op, err := c.run(ctx, query, args)
	if err == nil {
		c.closeOperation(op)
	}
	return driver.ResultNoRows, err
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	op, err := c.run(ctx, query, args)
	if err != nil {
		return nil, err
	}
	m, err := c.client.GetResultSetMetadata(context.Background(), &hs.TGetResultSetMetadataReq{OperationHandle: op})
	if err = c.check(m, err); err != nil {
		c.closeOperation(op)
		return nil, err
	}
	r := &rows{conn: c, ctx: ctx, op: op}
	for _, column := range m.GetSchema().GetColumns() {
		r.names = append(r.names, column.ColumnName)
		r.types = append(r.types, column.TypeDesc.Types[0].PrimitiveEntry.Type)
	}
	return r, nil
}

// check is the error of an answer; one of the transport spoils the connection.
func (c *conn) check(r response, err error) error {
	if err != nil {
		c.bad.Store(true)
	}
	return check(r, err)
}

// A response is any of the server's.
type response interface{ GetStatus() *hs.TStatus }

func check(r response, err error) error {
	if err != nil {
		return err
	}
	st := r.GetStatus()
	switch st.GetStatusCode() {
	case hs.TStatusCode_SUCCESS_STATUS, hs.TStatusCode_SUCCESS_WITH_INFO_STATUS:
		return nil
	}
	text := st.GetErrorMessage()
	if info := st.GetInfoMessages(); len(info) > 0 {
		text += " " + info[0]
	}
	return refusal(text)
}

// An Error is what Spark refused.
type Error struct {
	Class string // such as "TABLE_OR_VIEW_NOT_FOUND"; "" where Spark names none
	State string // SQLSTATE, "" where Spark gives none
	Text  string // Spark's sentence
}

func (e *Error) Error() string { return "spark: " + e.Text }

var (
	class = regexp.MustCompile(`\[([A-Z][A-Z0-9_.]+)\] [^\[\n]+`)
	state = regexp.MustCompile(`SQLSTATE: (\w{5})`)
)

// refusal makes an error of a server's message, which is a Java stack trace of
// up to 40 kB whose first lines end in "[CLASS] sentence".
func refusal(message string) *Error {
	head, _, _ := strings.Cut(message, "\n\tat ")
	e := new(Error)
	if m := class.FindAllStringSubmatch(head, -1); m != nil {
		last := m[len(m)-1]
		head, e.Class = last[0], last[1]
	}
	if m := state.FindStringSubmatch(head); m != nil {
		e.State = m[1]
	}
	e.Text = strings.Join(strings.Fields(head), " ")
	return e
}
