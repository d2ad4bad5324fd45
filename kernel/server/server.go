package server

import (
	"context"
	"errors"
	"io"
	"log"
	"os/user"
	"sync"
	"time"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/transport"
	"github.com/lislab/lislab/kernel/wire"
)

// Options are a server's settings. The zero value serves without signatures,
// history on disk or a file for the output that is past the cap.
type Options struct {
	// Key signs and checks messages; empty switches that off.
	Key string
	// HistoryFile keeps the inputs of all sessions; empty keeps this session's
	// in memory.
	HistoryFile string
	// OverflowDir is where the output of a cell goes that is past OutputCap;
	// empty drops it.
	OverflowDir string
	// OutputCap is how many bytes of streams one cell may show; 0 means 10 MB.
	OutputCap int
	// Log is told of messages that could not be served; nil discards that.
	Log *log.Logger
}

// Server serves one engine to any number of front ends. Make it with New.
type Server struct {
	engine  engine.Engine
	options Options
	log     *log.Logger
	codec   *wire.Codec
	session *wire.Session
	history *history
	pub     *publisher
	cells   *cellQueue
	ask     *asker
	sampler usageSampler

	transport transport.Transport
	stop      context.CancelCauseFunc
	overflows overflows

	mu    sync.Mutex
	count int // the number of the last cell that counted

	announcing sync.Mutex // so that the engine's last word on what waits is the latest
}

// errShutdown is why Serve ends when it was asked to.
var errShutdown = errors.New("server: shutdown was asked for")

// closeTime is how long the end of the kernel waits for the engine: front ends
// send SIGTERM 2.5 seconds after they asked.
const closeTime = 1500 * time.Millisecond

// New returns a server for eng, which Serve closes at its end.
func New(eng engine.Engine, options Options) *Server {
	username := "kernel"
	if u, err := user.Current(); err == nil {
		username = u.Username
	}
	if options.OutputCap == 0 {
		options.OutputCap = 10 << 20
	}
	s := &Server{
		engine:  eng,
		options: options,
		log:     options.Log,
		codec:   wire.NewCodec(options.Key),
		session: wire.NewSession(username),
		history: openHistory(options.HistoryFile),
		cells:   newCellQueue(),
	}
	if s.log == nil {
		s.log = log.New(io.Discard, "", 0)
	}
	s.overflows.dir = options.OverflowDir
	s.pub = newPublisher(s.session, s.send)
	s.ask = newAsker(s)
	return s
}

// Welcome makes the iopub_welcome for a subscriber to topic. It is a
// transport.Welcome.
func (s *Server) Welcome(topic string) [][]byte {
	m := s.session.Message(nil, &wire.IOPubWelcome{Subscription: topic})
	m.Identities = [][]byte{[]byte(topic)}
	frames, err := s.codec.Encode(m)
	if err != nil {
		s.log.Printf("iopub_welcome: %v", err)
		return [][]byte{[]byte(topic)}
	}
	return frames
}

// Serve answers what comes in over t until a front end asks for the end (it
// then returns nil), ctx ends or t is closed. It closes t and the engine.
func (s *Server) Serve(ctx context.Context, t transport.Transport) error {
	s.transport = t
	ctx, s.stop = context.WithCancelCause(ctx)
	defer s.stop(nil)
	s.pub.publish(nil, &wire.Status{ExecutionState: wire.Starting})

	queues := map[queueName]*queue{lookup: newQueue(), side: newQueue(), control: newQueue(), panel: newQueue()}
	var serving sync.WaitGroup
	for _, q := range queues {
		serving.Go(func() { q.run(func(j *job) { s.serve(ctx, j) }) })
	}
	serving.Go(func() { s.runCells(ctx) })

	for {
		p, err := t.Recv(ctx)
		if err != nil {
			break
		}
		s.dispatch(p, queues)
	}
	s.stop(transport.ErrClosed) // keeps an earlier cause
	for _, q := range queues {
		q.close()
	}
	s.cells.close()
	err := s.finish(&serving)
	if cause := context.Cause(ctx); !errors.Is(cause, errShutdown) && err == nil {
		err = cause
	}
	return err
}

// finish ends engine and transport, in bounded time whatever the engine does.
func (s *Server) finish(serving *sync.WaitGroup) error {
	ended := make(chan error, 1)
	go func() {
		waitFor(serving, closeTime)
		ended <- s.engine.Close()
	}()
	var err error
	select {
	case err = <-ended:
	case <-time.After(2 * closeTime):
		err = errors.New("server: the engine did not end in time")
	}
	s.pub.flush()
	s.history.close()
	s.overflows.close()
	if e := s.transport.Close(); err == nil {
		err = e
	}
	return err
}

// waitFor waits for wg, for d at most.
func waitFor(wg *sync.WaitGroup, d time.Duration) {
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(d):
	}
}

// dispatch puts one packet in the queue of its route. What is not a message of
// ours is dropped; it cannot be answered.
func (s *Server) dispatch(p transport.Packet, queues map[queueName]*queue) {
	req, err := s.codec.Decode(p.Frames)
	if req == nil {
		s.log.Printf("dropped %d frames on %s: %v", len(p.Frames), p.Channel, err)
		return
	}
	if p.Channel == wire.Stdin {
		if reply, ok := req.Content.(*wire.InputReply); ok {
			s.ask.answer(req, reply)
		}
		return
	}
	j := &job{channel: p.Channel, req: req, err: err}
	r, ok := table[address{p.Channel, req.Header.Type}]
	if !ok {
		j.err = errUnserved
		queues[side].push(j)
		return
	}
	j.route = r
	if r.queue == cells && err == nil {
		s.cells.push(j)
		s.announce()
		return
	}
	if r.queue == cells {
		r.queue = side // to be refused, not to be run
	}
	queues[r.queue].push(j)
}

// announce tells the engine which cells wait.
func (s *Server) announce() {
	s.announcing.Lock()
	defer s.announcing.Unlock()
	s.engine.Upcoming(s.cells.upcoming())
}

// send encodes a message and hands it to the transport.
func (s *Server) send(ch wire.Channel, m *wire.Message) error {
	frames, err := s.codec.Encode(m)
	if err != nil {
		return err
	}
	if err := s.transport.Send(transport.Packet{Channel: ch, Frames: frames}); err != nil {
		s.log.Printf("%s on %s: %v", m.Header.Type, ch, err)
	}
	return nil
}
