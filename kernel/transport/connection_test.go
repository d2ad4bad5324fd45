package transport

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadConnection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kernel.json")
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5, "ip": "localhost",
		"key": "k", "transport": "tcp", "signature_scheme": "hmac-sha256", "kernel_name": "lislab", "jupyter_session": "x", "curve_publickey": "y"}`)
	c, err := ReadConnection(path)
	if err != nil || c.Ports != (Ports{Shell: 1, IOPub: 2, Stdin: 3, Control: 4, HB: 5}) || c.Key != "k" || c.IP != "127.0.0.1" {
		t.Errorf("connection is %+v, %v", c, err)
	}
	for content, word := range map[string]string{
		`{`:                                "kernel.json",
		`{"transport": "udp"}`:             "ipc",
		`{"ip": "0.0.0.0"}`:                "loopback",
		`{"ip": "192.168.0.1"}`:            "loopback",
		`{"ip": "here"}`:                   "loopback",
		`{"shell_port": "many"}`:           "shell_port",
		`{"signature_scheme": "hmac-md5"}`: "hmac-md5",
	} {
		write(content)
		if _, err := ReadConnection(path); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s gave %v, want an error about %s", content, err, word)
		}
	}
	if _, err := ReadConnection(path + ".none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there gave %v", err)
	}
}
