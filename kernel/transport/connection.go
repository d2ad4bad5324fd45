package transport

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strconv"
)

// Connection is a connection file: where the kernel listens and under which
// key messages are signed,
// https://jupyter-client.readthedocs.io/en/stable/kernels.html#connection-files.
// Keys that are not listed here are ignored.
type Connection struct {
	Ports
	Transport       string `json:"transport"` // "tcp" or "ipc"; empty means tcp
	IP              string `json:"ip"`        // tcp: a loopback address; ipc: how the sockets' paths begin
	Key             string `json:"key"`
	SignatureScheme string `json:"signature_scheme"` // "hmac-sha256"
	KernelName      string `json:"kernel_name,omitempty"`
}

// ReadConnection reads a connection file and checks that the kernel can serve
// it: HMAC-SHA256, and either Unix sockets or TCP on a loopback address, for
// who reaches the kernel runs code as its user.
func ReadConnection(path string) (Connection, error) {
	var c Connection
	b, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("connection file: %w", err)
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("connection file %s: %w", path, err)
	}
	if c.Transport != "" && c.Transport != "tcp" && c.Transport != "ipc" {
		return c, fmt.Errorf("connection file %s: transport %q: tcp and ipc are served", path, c.Transport)
	}
	if c.SignatureScheme != "" && c.SignatureScheme != "hmac-sha256" {
		return c, fmt.Errorf("connection file %s: signature_scheme %q: only hmac-sha256 is served", path, c.SignatureScheme)
	}
	if c.Transport == "ipc" {
		if c.IP == "" {
			return c, fmt.Errorf("connection file %s: ip is empty: for ipc it is how the sockets' paths begin", path)
		}
		return c, nil
	}
	if c.IP == "" || c.IP == "localhost" {
		c.IP = "127.0.0.1"
	}
	if ip := net.ParseIP(c.IP); ip == nil || !ip.IsLoopback() {
		return c, fmt.Errorf("connection file %s: ip %q: only a loopback address is served, as 127.0.0.1", path, c.IP)
	}
	return c, nil
}

// listen opens the socket with the number *port. On TCP, 0 is any free port, and
// *port is then set to it.
func (c Connection) listen(port *int) (net.Listener, error) {
	if c.Transport == "ipc" {
		return net.Listen("unix", fmt.Sprintf("%s-%d", c.IP, *port))
	}
	l, err := net.Listen("tcp", net.JoinHostPort(c.IP, strconv.Itoa(*port)))
	if err == nil {
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return l, err
}
