package transport

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
)

// Connection is a connection file: where the kernel listens and under which
// key messages are signed,
// https://jupyter-client.readthedocs.io/en/stable/kernels.html#connection-files.
// Keys that are not listed here are ignored.
type Connection struct {
	Ports
	Transport       string `json:"transport"` // "tcp"
	IP              string `json:"ip"`        // a loopback address
	Key             string `json:"key"`
	SignatureScheme string `json:"signature_scheme"` // "hmac-sha256"
	KernelName      string `json:"kernel_name,omitempty"`
}

// ReadConnection reads a connection file and checks that the kernel can serve
// it: TCP, a loopback address (a notebook's code must not be open to the
// network) and HMAC-SHA256.
func ReadConnection(path string) (Connection, error) {
	var c Connection
	b, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("connection file: %w", err)
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("connection file %s: %w", path, err)
	}
	if c.Transport != "" && c.Transport != "tcp" {
		return c, fmt.Errorf("connection file %s: transport %q: only tcp is served", path, c.Transport)
	}
	if c.SignatureScheme != "" && c.SignatureScheme != "hmac-sha256" {
		return c, fmt.Errorf("connection file %s: signature_scheme %q: only hmac-sha256 is served", path, c.SignatureScheme)
	}
	if c.IP == "" || c.IP == "localhost" {
		c.IP = "127.0.0.1"
	}
	if ip := net.ParseIP(c.IP); ip == nil || !ip.IsLoopback() {
		return c, fmt.Errorf("connection file %s: ip %q: only a loopback address is served, as 127.0.0.1", path, c.IP)
	}
	return c, nil
}
