package transport

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
	"go.uber.org/goleak"

	"github.com/lislab/lislab/kernel/wire"
)

// answerTime is how long a test waits for what must come; shortly, for what
// must not.
const (
	answerTime = 10 * time.Second
	shortly    = 50 * time.Millisecond
)

func listen(t *testing.T, welcome Welcome) *ZMQ {
	t.Helper()
	before := goleak.IgnoreCurrent()
	z, err := Listen(Connection{IP: "127.0.0.1"}, welcome)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		z.Close()
		goleak.VerifyNone(t, before)
	})
	return z
}

// raw connects to a port and says nothing.
func raw(t *testing.T, port int) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// dial connects a ZeroMQ socket of type typ.
func dial(t *testing.T, port int, typ zmq4.SocketType, id string) (*zmq4.Conn, net.Conn) {
	t.Helper()
	c := raw(t, port)
	c.SetDeadline(time.Now().Add(answerTime))
	conn, err := zmq4.Open(c, null.Security(), typ, zmq4.SocketIdentity(id), false, nil)
	if err != nil {
		t.Fatal(err)
	}
	return conn, c
}

func send(t *testing.T, c *zmq4.Conn, frames ...string) {
	t.Helper()
	if err := c.SendMsg(zmq4.NewMsgFromString(frames)); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, c *zmq4.Conn, frames ...string) {
	t.Helper()
	m, err := c.RecvMsg()
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%q", m.Frames); got != fmt.Sprintf("%q", frames) {
		t.Fatalf("got %s, want %q", got, frames)
	}
}

// recv waits for a packet on ch whose frames after the route are frames.
func recv(t *testing.T, z *ZMQ, ch wire.Channel, frames ...string) (route [][]byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	p, err := z.Recv(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%q", p.Frames[2:]); p.Channel != ch || got != fmt.Sprintf("%q", frames) {
		t.Fatalf("got on %s %s, want on %s %q", p.Channel, got, ch, frames)
	}
	return p.Frames[:2]
}

func respond(t *testing.T, z *ZMQ, ch wire.Channel, route [][]byte, frames ...string) {
	t.Helper()
	for _, f := range frames {
		route = append(route, []byte(f))
	}
	if err := z.Send(Packet{ch, route}); err != nil {
		t.Fatal(err)
	}
}

func TestRepliesFindTheirWay(t *testing.T) {
	z := listen(t, nil)
	a, _ := dial(t, z.Ports().Shell, zmq4.Dealer, "a")
	b, _ := dial(t, z.Ports().Shell, zmq4.Dealer, "b")
	nameless, _ := dial(t, z.Ports().Shell, zmq4.Dealer, "")
	twin, twinRaw := dial(t, z.Ports().Shell, zmq4.Dealer, "a") // the same identity: another client of the same manager
	onControl, _ := dial(t, z.Ports().Control, zmq4.Dealer, "a")
	routes := make(map[string][][]byte)
	for name, c := range map[string]*zmq4.Conn{"a": a, "b": b, "nameless": nameless, "twin": twin} {
		send(t, c, "hello", name)
		routes[name] = recv(t, z, wire.Shell, "hello", name)
	}
	send(t, onControl, "hello")
	routes["control"] = recv(t, z, wire.Control, "hello")
	for name, c := range map[string]*zmq4.Conn{"a": a, "b": b, "nameless": nameless, "twin": twin} {
		respond(t, z, wire.Shell, routes[name], "to", name)
		want(t, c, "to", name)
	}
	respond(t, z, wire.Control, routes["control"], "to control")
	want(t, onControl, "to control")
	// One that left takes nothing with it.
	twinRaw.Close()
	respond(t, z, wire.Shell, routes["twin"], "to nobody")
	send(t, a, "still here")
	respond(t, z, wire.Shell, recv(t, z, wire.Shell, "still here"), "yes")
	want(t, a, "yes")
}

func TestQuestionsGoToTheStdinOfWhoAskedOnShell(t *testing.T) {
	z := listen(t, nil)
	shell, _ := dial(t, z.Ports().Shell, zmq4.Dealer, "ada")
	earlier, _ := dial(t, z.Ports().Stdin, zmq4.Dealer, "ada")
	send(t, earlier, "here")
	recv(t, z, wire.Stdin, "here")
	later, laterRaw := dial(t, z.Ports().Stdin, zmq4.Dealer, "ada") // connected again
	send(t, later, "here")
	recv(t, z, wire.Stdin, "here")
	other, _ := dial(t, z.Ports().Stdin, zmq4.Dealer, "bob")
	send(t, other, "here")
	recv(t, z, wire.Stdin, "here")

	send(t, shell, "run")
	route := recv(t, z, wire.Shell, "run")
	respond(t, z, wire.Stdin, route, "name?")
	want(t, later, "name?")
	send(t, later, "Ada")
	recv(t, z, wire.Stdin, "Ada")

	laterRaw.Close()
	for deadline := time.Now().Add(answerTime); ; time.Sleep(time.Millisecond) {
		z.mu.Lock()
		left := len(z.peers) == 3
		z.mu.Unlock()
		if left {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the connection that was closed is still a peer")
		}
	}
	respond(t, z, wire.Stdin, route, "again?")
	want(t, earlier, "again?")
}

func TestBroadcast(t *testing.T) {
	z := listen(t, func(topic string) [][]byte { return [][]byte{[]byte(topic), []byte("welcome")} })
	all, _ := dial(t, z.Ports().IOPub, zmq4.Sub, "")
	send(t, all, "\x01")
	want(t, all, "", "welcome")
	send(t, all, "\x01") // subscribed already
	some, _ := dial(t, z.Ports().IOPub, zmq4.Sub, "")
	send(t, some, "\x01stream")
	want(t, some, "stream", "welcome")
	none, noneRaw := dial(t, z.Ports().IOPub, zmq4.Sub, "")
	left, _ := dial(t, z.Ports().IOPub, zmq4.Sub, "")
	send(t, left, "\x01")
	want(t, left, "", "welcome")
	send(t, left, "\x00")
	send(t, left, "\x01other") // its welcome tells that the \x00 has been read
	want(t, left, "other", "welcome")

	for _, topic := range []string{"status", "stream.stdout"} {
		if err := z.Send(Packet{wire.IOPub, [][]byte{[]byte(topic), []byte("text")}}); err != nil {
			t.Fatal(err)
		}
		want(t, all, topic, "text")
	}
	want(t, some, "stream.stdout", "text")
	noneRaw.SetReadDeadline(time.Now().Add(shortly))
	if m, err := none.RecvMsg(); err == nil {
		t.Errorf("one that did not subscribe got %q", m.Frames)
	}
}

func TestHeartbeat(t *testing.T) {
	z := listen(t, nil)
	c, _ := dial(t, z.Ports().HB, zmq4.Req, "")
	for _, beat := range []string{"ping", "", strings.Repeat("x", 300)} {
		send(t, c, "", beat)
		want(t, c, "", beat)
	}
}

// TestPing has a peer that asks at ZeroMQ's own level whether we live, between
// messages.
func TestPing(t *testing.T) {
	z := listen(t, nil)
	c, _ := dial(t, z.Ports().Shell, zmq4.Dealer, "a")
	for range 3 {
		if err := c.SendCmd(zmq4.CmdPing, []byte{0, 100}); err != nil {
			t.Fatal(err)
		}
		if m, err := c.RecvMsg(); err != nil || m.Type != zmq4.CmdMsg {
			t.Fatalf("got %+v, %v, want a command", m, err)
		}
		send(t, c, "hello")
		respond(t, z, wire.Shell, recv(t, z, wire.Shell, "hello"), "hello to you")
		want(t, c, "hello to you")
	}
}

// TestSilenceLocksNobodyOut opens connections that say nothing, or rubbish,
// before and between a front end's.
func TestSilenceLocksNobodyOut(t *testing.T) {
	z := listen(t, nil)
	for _, rubbish := range []string{"", "\x00", strings.Repeat("GET / HTTP/1.1\r\n", 10), greeting + "\x04\x05READ"} {
		raw(t, z.Ports().Shell).Write([]byte(rubbish))
	}
	c, _ := dial(t, z.Ports().Shell, zmq4.Dealer, "a")
	send(t, c, "hello")
	recv(t, z, wire.Shell, "hello")
}

// greeting is how a ZMTP 3.0 peer begins.
var greeting = "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x00NULL" + strings.Repeat("\x00", 48)

// TestLengthsAreNotBelieved has peers announce more than they will send.
func TestLengthsAreNotBelieved(t *testing.T) {
	z := listen(t, nil)
	huge := binary.BigEndian.AppendUint64(nil, 1<<40)
	ready := "\x04\x1c\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER"
	ready = "\x04" + string(rune(len(ready)-2)) + ready[2:]
	for name, bytes := range map[string]string{
		"in the handshake":       greeting + "\x06" + string(huge),
		"in a message":           greeting + ready + "\x02" + string(huge),
		"in many frames":         greeting + ready + strings.Repeat("\x01\x00", maxFrames+1),
		"in a property's length": greeting + "\x04\x11\x05READY\xff1234567890",
		"in a long frame":        greeting + ready + "\x03\xff\xff\xff\xff\xff\xff\xff\xff",
	} {
		t.Run(name, func(t *testing.T) {
			c := raw(t, z.Ports().Shell)
			if _, err := c.Write([]byte(bytes)); err != nil {
				t.Fatal(err)
			}
			c.SetReadDeadline(time.Now().Add(answerTime))
			b := make([]byte, 1024)
			for {
				if _, err := c.Read(b); err != nil {
					var late net.Error
					if errors.As(err, &late) && late.Timeout() {
						t.Fatal("the connection stays open")
					}
					return
				}
			}
		})
	}
}

// TestCloseSendsWhatIsQueued: the last words arrive.
func TestCloseSendsWhatIsQueued(t *testing.T) {
	z := listen(t, func(string) [][]byte { return [][]byte{[]byte("welcome")} })
	c, _ := dial(t, z.Ports().IOPub, zmq4.Sub, "")
	send(t, c, "\x01")
	want(t, c, "welcome")
	const n = 2000
	long := strings.Repeat("x", 1000)
	for range n {
		if err := z.Send(Packet{wire.IOPub, [][]byte{[]byte("t"), []byte(long)}}); err != nil {
			t.Fatal(err)
		}
	}
	closed := make(chan error)
	go func() { closed <- z.Close() }()
	for range n {
		want(t, c, "t", long)
	}
	if _, err := c.RecvMsg(); err == nil {
		t.Error("more came than was sent")
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if err := z.Send(Packet{wire.IOPub, [][]byte{nil}}); !errors.Is(err, ErrClosed) {
		t.Errorf("Send after Close gave %v", err)
	}
	if _, err := z.Recv(context.Background()); !errors.Is(err, ErrClosed) {
		t.Errorf("Recv after Close gave %v", err)
	}
}

// TestSlowFrontEnd has a subscriber that never reads: it is let go when too
// much waits for it, and nobody waits for it before.
func TestSlowFrontEnd(t *testing.T) {
	z := listen(t, func(string) [][]byte { return [][]byte{[]byte("welcome")} })
	c, _ := dial(t, z.Ports().IOPub, zmq4.Sub, "")
	send(t, c, "\x01")
	want(t, c, "welcome")
	megabyte := make([]byte, 1<<20)
	for range maxBacklog>>20 + 50 {
		if err := z.Send(Packet{wire.IOPub, [][]byte{[]byte("t"), megabyte}}); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(answerTime); ; time.Sleep(time.Millisecond) {
		z.mu.Lock()
		gone := len(z.subs) == 0
		z.mu.Unlock()
		if gone {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the subscriber was not let go")
		}
	}
}

func TestPortInUse(t *testing.T) {
	z := listen(t, nil)
	if _, err := Listen(Connection{IP: "127.0.0.1", Ports: Ports{Stdin: z.Ports().Stdin}}, nil); err == nil || !strings.Contains(err.Error(), "stdin") {
		t.Errorf("error is %v, want it to name the socket", err)
	}
}

// FuzzPeer lets a peer say anything.
func FuzzPeer(f *testing.F) {
	f.Add([]byte(greeting + "\x04\x1c\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER\x01\x01a\x00\x01b"))
	f.Add([]byte(greeting + "\x04\x1c\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER\x04\x05\x04PING"))
	f.Add([]byte(greeting + "\x06\x00\x00\x00\x00\x00\x00\x00\x1c\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER"))
	f.Fuzz(func(t *testing.T, b []byte) {
		ours, theirs := net.Pipe()
		go func() {
			theirs.Write(b)
			theirs.Close()
		}()
		go func() {
			drain := make([]byte, 4096)
			for {
				if _, err := theirs.Read(drain); err != nil {
					return
				}
			}
		}()
		defer ours.Close()
		p, err := shake(ours, zmq4.Router)
		if err != nil {
			return
		}
		p.read(func(frames [][]byte) {
			if len(frames) == 0 || len(frames) > maxFrames {
				t.Errorf("%d frames were let through", len(frames))
			}
		})
		p.guard.wmu.Lock() // nobody holds it any more
	})
}

func TestUnixSockets(t *testing.T) {
	c := Connection{Transport: "ipc", IP: filepath.Join(t.TempDir(), "k"), Ports: Ports{Shell: 1, IOPub: 2, Stdin: 3, Control: 4, HB: 5}}
	z, err := Listen(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	sock, err := net.Dial("unix", c.IP+"-1")
	if err != nil {
		t.Fatal(err)
	}
	defer sock.Close()
	conn, err := zmq4.Open(sock, null.Security(), zmq4.Dealer, nil, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	send(t, conn, "hello")
	respond(t, z, wire.Shell, recv(t, z, wire.Shell, "hello"), "hello to you")
	want(t, conn, "hello to you")
	z.Close()
	if left, _ := filepath.Glob(c.IP + "*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
