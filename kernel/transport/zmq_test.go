package transport

import (
	"context"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/lislab/lislab/kernel/wire"
)

func listen(t *testing.T) *ZMQ {
	t.Helper()
	z, err := Listen(Connection{IP: "127.0.0.1"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { z.Close() })
	return z
}

func dial(t *testing.T, port int, sock zmq4.Socket) {
	t.Helper()
	if err := sock.Dial("tcp://127.0.0.1:" + strconv.Itoa(port)); err != nil {
		t.Fatal(err)
	}
}

func TestRubbish(t *testing.T) {
	z := listen(t)
	for _, port := range []int{z.ports.Shell, z.ports.HB, z.ports.IOPub} {
		for _, rubbish := range []string{"", "\x00\x00\x00", "\xff\x00\x00\x00\x00\x00\x00\x00\x00\x7f\x03\x00NULL" + string(make([]byte, 48)) + "\x06\xff\xff\xff\xff\xff\xff\xff\xff"} {
			c, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			c.Write([]byte(rubbish))
		}
	}
	d := zmq4.NewDealer(context.Background())
	defer d.Close()
	dial(t, z.ports.Shell, d)
	d.Send(zmq4.NewMsgString("hello"))
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	p, err := z.Recv(ctx)
	if err != nil || p.Channel != wire.Shell || string(p.Frames[2]) != "hello" {
		t.Fatal(p, err)
	}
}
