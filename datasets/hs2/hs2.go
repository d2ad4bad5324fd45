// Package hs2 is a database/sql driver for HiveServer2, which is what Spark's
// Thrift server speaks: it lets lislab ask a Spark cluster in SQL. It stands on
// the Thrift stubs and the SASL transport of github.com/beltran/gohive, whose
// own interface is a cursor.
//
// What differs from other drivers, because the protocol is so: there are no
// bound parameters, no prepared statements and no transactions. Cached tables
// and temporary views belong to a session, that is to one *sql.Conn.
//
// A statement whose context ends is stopped at the server, over a second
// connection, for the first may be waiting inside a call. A server loses a
// cancellation that comes before the statement has become a job, so the
// statement is then closed, which cancels it again, no sooner than 1.5 seconds
// after it began.
package hs2

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/apache/thrift/lib/go/thrift"
	"github.com/beltran/gohive"
	hs "github.com/beltran/gohive/hiveserver"
)

// The ways to prove who one is. They must be what the server has as
// hive.server2.authentication.
const (
	NoSASL    = "NOSASL"     // nobody is asked; binary transport alone
	Plain     = "PLAIN"      // user and password: servers of NONE, LDAP or CUSTOM
	Kerberos  = "KERBEROS"   // a ticket of kinit; needs a lislab built with -tags kerberos
	DigestMD5 = "DIGEST-MD5" // user and password, binary transport alone
)

// maxMessage bounds a message of the server: 512 MiB.
const maxMessage = 512 << 20

// A Config says how to reach a server. It prints without its password.
type Config struct {
	Addr     string // host:port
	Database string // used first; "" for the server's default
	Auth     string // NoSASL, Plain, Kerberos or DigestMD5; "" means Plain
	User     string // "" means $USER
	Password string
	// Plaintext allows a password over a connection without TLS to another
	// machine.
	Plaintext bool
	Service   string      // first part of the server's Kerberos principal; "" means "hive"
	TLS       *tls.Config // nil for none
	// HTTPPath, if set, makes it the HTTP transport, at this path ("cliservice").
	HTTPPath string
	// Settings of the session, such as spark.sql.shuffle.partitions.
	Settings map[string]string
	// FetchRows at a time; 0 means 20 000.
	FetchRows int64
	// ConnectTimeout; 0 means 30 s.
	ConnectTimeout time.Duration
}

// String is the server's address as a DSN, without user and password.
func (c Config) String() string { return "spark://" + c.Addr + "/" + c.Database }

// GoString is String: %#v prints no password either.
func (c Config) GoString() string { return c.String() }

// Format prints String whatever the verb.
func (c Config) Format(f fmt.State, _ rune) { fmt.Fprint(f, c.String()) }

// MarshalText is String, so that JSON holds no password either.
func (c Config) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// withDefaults checks c and fills in what was left out.
func (c Config) withDefaults() (Config, error) {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil || host == "" {
		return c, fmt.Errorf("hs2: the address %q is not HOST:PORT", c.Addr)
	}
	if c.Auth == "" {
		c.Auth = Plain
	}
	switch c.Auth {
	case NoSASL, Plain, DigestMD5:
	case Kerberos:
		if !kerberosBuilt {
			return c, errors.New("hs2: this build has no Kerberos; install libkrb5-dev and build with -tags kerberos")
		}
	default:
		return c, fmt.Errorf("hs2: no authentication %q; use NOSASL, PLAIN (for servers of NONE, LDAP or CUSTOM), KERBEROS or DIGEST-MD5", c.Auth)
	}
	if c.HTTPPath != "" && c.Auth != Plain {
		return c, fmt.Errorf("hs2: authentication %s does not go over HTTP; use PLAIN", c.Auth)
	}
	if c.Password != "" && c.TLS == nil && !c.Plaintext && !loopback(host) {
		return c, errors.New("hs2: a password would go over the network in clear; use tls=true, or say plaintext=true")
	}
	if c.User == "" {
		if c.User = os.Getenv("USER"); c.User == "" {
			c.User = "lislab"
		}
	}
	if c.Service == "" {
		c.Service = "hive"
	}
	if c.FetchRows == 0 {
		c.FetchRows = 20_000
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 30 * time.Second
	}
	if c.TLS != nil && c.TLS.ServerName == "" {
		c.TLS = c.TLS.Clone()
		c.TLS.ServerName = host
	}
	return c, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// ParseDSN reads spark://[USER[:PASSWORD]@]HOST:PORT[/DATABASE][?KEY=VALUE&…]. Keys:
//
//	auth            NOSASL, PLAIN, KERBEROS or DIGEST-MD5 [PLAIN]
//	password_env    variable of the environment that holds the password
//	plaintext       true: send a password without TLS
//	service         of the Kerberos principal [hive]
//	tls             true
//	tls_ca          PEM file of authorities to trust instead of the system's
//	tls_cert, tls_key  PEM files of a client certificate
//	tls_server_name    expected in the server's certificate [HOST]
//	http_path       use the HTTP transport, at this path (cliservice)
//	fetch_rows, connect_timeout (as 30s)
//	any key with a dot  a setting of the session (spark.sql.shuffle.partitions=64)
//
// Errors never hold the DSN, which may hold a password.
func ParseDSN(dsn string) (Config, error) {
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme != "spark" && u.Scheme != "hive2" || u.Opaque != "" || u.Fragment != "" {
		return Config{}, errors.New("hs2: this is no address of the form spark://USER:PASSWORD@HOST:PORT/DATABASE?KEY=VALUE (special characters of a password are written %xx)")
	}
	c := Config{Addr: u.Host, Database: strings.TrimPrefix(u.Path, "/"), User: u.User.Username(), Settings: map[string]string{}}
	c.Password, _ = u.User.Password()
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Config{}, errors.New("hs2: the part of the address after ? cannot be read")
	}
	var useTLS bool
	var ca, cert, key, name string
	for k, values := range query {
		if len(values) != 1 {
			return Config{}, fmt.Errorf("hs2: %s is given %d times", k, len(values))
		}
		v := values[0]
		var err error
		switch k {
		case "auth":
			c.Auth = strings.ToUpper(v)
		case "password_env":
			var ok bool
			if c.Password, ok = os.LookupEnv(v); !ok {
				err = fmt.Errorf("hs2: there is no variable %s in the environment", v)
			}
		case "plaintext":
			c.Plaintext, err = truth(k, v)
		case "service":
			c.Service = v
		case "tls":
			useTLS, err = truth(k, v)
		case "tls_ca":
			ca = v
		case "tls_cert":
			cert = v
		case "tls_key":
			key = v
		case "tls_server_name":
			name = v
		case "http_path":
			c.HTTPPath = strings.TrimPrefix(v, "/")
		case "fetch_rows":
			if _, e := fmt.Sscanf(v, "%d", &c.FetchRows); e != nil || c.FetchRows < 1 {
				err = fmt.Errorf("hs2: fetch_rows=%s is no number of rows", v)
			}
		case "connect_timeout":
			if c.ConnectTimeout, err = time.ParseDuration(v); err != nil {
				err = fmt.Errorf("hs2: connect_timeout=%s is no duration, such as 30s", v)
			}
		default:
			if !strings.Contains(k, ".") {
				return Config{}, fmt.Errorf("hs2: no key %q in an address; settings of the session have a dot in their names", k)
			}
			c.Settings[k] = v
		}
		if err != nil {
			return Config{}, err
		}
	}
	if useTLS {
		if c.TLS, err = tlsConfig(ca, cert, key, name); err != nil {
			return Config{}, err
		}
	} else if ca+cert+key+name != "" {
		return Config{}, errors.New("hs2: tls_… is given without tls=true")
	}
	return c.withDefaults()
}

func truth(key, value string) (bool, error) {
	switch value {
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	}
	return false, fmt.Errorf("hs2: %s=%s is neither true nor false", key, value)
}

func tlsConfig(ca, cert, key, name string) (*tls.Config, error) {
	t := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: name}
	if ca != "" {
		pem, err := os.ReadFile(ca)
		if err != nil {
			return nil, fmt.Errorf("hs2: tls_ca: %w", err)
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("hs2: tls_ca: no certificate in PEM in %s", ca)
		}
	}
	if cert != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return nil, fmt.Errorf("hs2: tls_cert and tls_key: %w", err)
		}
		t.Certificates = []tls.Certificate{pair}
	}
	return t, nil
}

// Open is a pool of sessions at the server that a DSN names. Nothing is sent
// until the first statement.
func Open(dsn string) (*sql.DB, error) {
	c, err := ParseDSN(dsn)
	if err != nil {
		return nil, err
	}
	return OpenConfig(c)
}

// OpenConfig is Open of a Config.
func OpenConfig(c Config) (*sql.DB, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector{c}), nil
}

// connector makes sessions.
type connector struct{ Config }

type sparkDriver struct{}

// Open is what database/sql asks of a driver that has no connector; Open of
// this package makes one.
func (sparkDriver) Open(dsn string) (driver.Conn, error) {
	c, err := ParseDSN(dsn)
	if err != nil {
		return nil, err
	}
	return connector{c}.Connect(context.Background())
}

func (connector) Driver() driver.Driver { return sparkDriver{} }

// sessionSettings make Spark's answers those that lislab's SQL expects; what a
// Config sets wins.
var sessionSettings = map[string]string{
	"spark.sql.ansi.enabled":                 "true", // a bad cast is an error and no NULL
	"spark.sql.session.timeZone":             "UTC",
	"spark.sql.parser.escapedStringLiterals": "false",
}

func (k connector) Connect(ctx context.Context) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, k.ConnectTimeout)
	defer cancel()
	l, err := k.dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("hs2: %s: %w", k.Config, err)
	}
	stop := context.AfterFunc(ctx, l.kill) // a server that accepts and says nothing
	defer stop()
	settings := map[string]string{}
	for _, m := range []map[string]string{sessionSettings, k.Settings} {
		for name, v := range m {
			settings["set:hiveconf:"+name] = v // without the prefix a setting is ignored, silently
		}
	}
	if k.Database != "" {
		settings["use:database"] = k.Database
	}
	r, err := l.client.OpenSession(ctx, &hs.TOpenSessionReq{ClientProtocol: hs.TProtocolVersion_HIVE_CLI_SERVICE_PROTOCOL_V8, Username: &k.User, Password: &k.Password, Configuration: settings})
	if err = check(r, err); err != nil {
		l.kill()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, fmt.Errorf("hs2: %s: no session (is auth=%s what the server has?): %w", k.Config, k.Auth, err)
	}
	return &conn{connector: k, link: l, session: r.SessionHandle}, nil
}

// A link is one connection to the server.
type link struct {
	client    *hs.TCLIServiceClient
	transport thrift.TTransport
	net       net.Conn // nil over HTTP
}

// kill ends the connection under whatever waits on it.
func (l *link) kill() {
	if l.net != nil {
		l.net.Close()
		return
	}
	l.transport.Close()
}

func (k connector) dial(ctx context.Context) (*link, error) {
	conf := &thrift.TConfiguration{MaxMessageSize: maxMessage, MaxFrameSize: maxMessage}
	l := new(link)
	var err error
	if k.HTTPPath != "" {
		l.transport, err = k.dialHTTP()
	} else {
		err = k.dialBinary(ctx, conf, l)
	}
	if err != nil {
		return nil, err
	}
	l.client = hs.NewTCLIServiceClientFactory(l.transport, thrift.NewTBinaryProtocolFactoryConf(conf))
	return l, nil
}

func (k connector) dialBinary(ctx context.Context, conf *thrift.TConfiguration, l *link) error {
	var err error
	if l.net, err = new(net.Dialer).DialContext(ctx, "tcp", k.Addr); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { l.net.Close() })
	defer stop()
	stream := l.net
	if k.TLS != nil {
		t := tls.Client(stream, k.TLS)
		if err := t.HandshakeContext(ctx); err != nil {
			stream.Close()
			return err
		}
		stream = t
	}
	socket := thrift.NewTSocketFromConnConf(stream, conf)
	if k.Auth == NoSASL {
		l.transport = thrift.NewTBufferedTransport(socket, 64<<10)
		return nil
	}
	mechanism := map[string]string{Plain: "PLAIN", Kerberos: "GSSAPI", DigestMD5: "DIGEST-MD5"}[k.Auth]
	host, _, _ := net.SplitHostPort(k.Addr)
	password := k.Password
	if password == "" {
		password = "x" // PLAIN has no empty one; a server of NONE takes any
	}
	t, err := gohive.NewTSaslTransport(socket, host, mechanism, map[string]string{"username": k.User, "password": password, "service": k.Service}, maxMessage)
	if err == nil {
		err = t.Open()
	}
	if err != nil {
		stream.Close()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("authentication %s failed: %w", k.Auth, err)
	}
	l.transport = t
	return nil
}

func (k connector) dialHTTP() (thrift.TTransport, error) {
	scheme := "http"
	if k.TLS != nil {
		scheme = "https"
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: k.TLS, DialContext: (&net.Dialer{Timeout: k.ConnectTimeout}).DialContext, Proxy: http.ProxyFromEnvironment}}
	t, err := thrift.NewTHttpClientWithOptions((&url.URL{Scheme: scheme, Host: k.Addr, Path: "/" + k.HTTPPath}).String(), thrift.THttpClientOptions{Client: client})
	if err != nil {
		return nil, err
	}
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(k.User, k.Password)
	t.(*thrift.THttpClient).SetHeader("Authorization", r.Header.Get("Authorization"))
	return t, nil
}
