package hs2

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func open(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := Open(dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func readRow(t *testing.T, rows *sql.Rows) []any {
	t.Helper()
	if !rows.Next() {
		t.Fatalf("no row: %v", rows.Err())
	}
	cells, to := make([]any, len(fakeTypes)), make([]any, len(fakeTypes))
	for i := range cells {
		to[i] = &cells[i]
	}
	if err := rows.Scan(to...); err != nil {
		t.Fatal(err)
	}
	return cells
}

func checkRows(t *testing.T, db *sql.DB) {
	t.Helper()
	rows, err := db.Query("rows")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil || types[4].DatabaseTypeName() != "BIGINT" || types[7].DatabaseTypeName() != "STRING" {
		t.Errorf("types: %v, %v", types, err)
	}
	want := []any{true, int64(-1), int64(-2), int64(-3), int64(9007199254740993), .5, []byte{1, 2}, "日本", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), time.Date(2024, 1, 2, 3, 4, 5, 678901000, time.UTC), "12.3400"}
	if got := readRow(t, rows); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	for i, v := range readRow(t, rows) {
		if v != nil {
			t.Errorf("column %d: NULL came as %v", i, v)
		}
	}
	if rows.Next() || rows.Err() != nil {
		t.Errorf("more rows, or %v", rows.Err())
	}
}

func TestTypesAndNulls(t *testing.T) {
	f := &fakeServer{}
	db := open(t, "spark://me@"+listen(t, f)+"/lake?auth=nosasl&spark.sql.shuffle.partitions=4")
	checkRows(t, db)
	for k, want := range map[string]string{"set:hiveconf:spark.sql.ansi.enabled": "true", "set:hiveconf:spark.sql.shuffle.partitions": "4", "use:database": "lake"} {
		if f.settings[k] != want {
			t.Errorf("setting %s = %q, want %q", k, f.settings[k], want)
		}
	}
	if f.user != "me" {
		t.Errorf("user %q", f.user)
	}
	if err := db.Ping(); err != nil {
		t.Error(err)
	}
	if err := db.Close(); err != nil || f.count("close session") == 0 {
		t.Errorf("the session stays open: %v, %v", err, f.calls)
	}
}

func TestHTTPWithAPassword(t *testing.T) {
	const password = "s3cret/+ &"
	addr := listenHTTP(t, &fakeServer{}, "me", password)
	t.Setenv("SPARK_PASSWORD", password)
	checkRows(t, open(t, "spark://me@"+addr+"/?http_path=cliservice&password_env=SPARK_PASSWORD"))
	err := open(t, "spark://me:wrong-one@"+addr+"/?http_path=/cliservice").Ping()
	if err == nil || strings.Contains(err.Error(), "wrong-one") {
		t.Errorf("wrong password: %v", err)
	}
}

func TestErrorsAreSparksSentence(t *testing.T) {
	_, err := open(t, "spark://me@"+listen(t, &fakeServer{})+"/?auth=NOSASL").Query("SELECT * FROM t")
	var e *Error
	if !errors.As(err, &e) || e.Class != "TABLE_OR_VIEW_NOT_FOUND" || e.State != "42P01" || e.Error() != "spark: [TABLE_OR_VIEW_NOT_FOUND] The table or view `t` cannot be found. SQLSTATE: 42P01;" {
		t.Errorf("%#v", err)
	}
}

func TestWhatTheProtocolLacksIsSaid(t *testing.T) {
	db := open(t, "spark://me@"+listen(t, &fakeServer{})+"/?auth=NOSASL")
	if _, err := db.Query("rows WHERE a = ?", 1); err == nil || !strings.Contains(err.Error(), "no bound parameters") {
		t.Errorf("parameters: %v", err)
	}
	if _, err := db.Begin(); err == nil {
		t.Error("a transaction began")
	}
}

func TestCancelReachesTheServer(t *testing.T) {
	f := &fakeServer{}
	db := open(t, "spark://me@"+listen(t, f)+"/?auth=NOSASL")
	db.SetMaxOpenConns(1)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := db.ExecContext(ctx, "slow")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if f.count("cancel") != 1 || f.count("close") != 1 || time.Since(began) < lostCancel {
		t.Errorf("cancelled %d times, closed %d times, after %v", f.count("cancel"), f.count("close"), time.Since(began))
	}
	checkRows(t, db) // on the same session
	if f.count("open") != 1 {
		t.Errorf("%d sessions", f.count("open"))
	}
	done, end := context.WithCancel(t.Context())
	end()
	n := f.count("execute")
	if _, err := db.ExecContext(done, "slow"); !errors.Is(err, context.Canceled) || f.count("execute") != n {
		t.Errorf("a statement cancelled before it was sent: %v", err)
	}
}

func TestCancelWhileFetchingClosesTheStatement(t *testing.T) {
	f := &fakeServer{}
	db := open(t, "spark://me@"+listen(t, f)+"/?auth=NOSASL")
	ctx, cancel := context.WithCancel(t.Context())
	rows, err := db.QueryContext(ctx, "endless")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	readRow(t, rows)
	readRow(t, rows)
	go func() {
		for f.count("blocked") == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	if rows.Next() || !errors.Is(rows.Err(), context.Canceled) {
		t.Errorf("%v", rows.Err())
	}
	if f.count("close") == 0 {
		t.Error("the statement was not closed")
	}
}

func TestServersThatDoNotAnswer(t *testing.T) {
	if err := open(t, "spark://me@127.0.0.1:1/?auth=NOSASL").Ping(); err == nil || !strings.Contains(err.Error(), "spark://127.0.0.1:1/") {
		t.Errorf("nobody listens: %v", err)
	}
	silent := &fakeServer{}
	addr := listen(t, silent) // of NOSASL: it takes a SASL greeting for a broken message
	began := time.Now()
	err := open(t, "spark://me:hush@"+addr+"/?auth=PLAIN&connect_timeout=2s").Ping()
	if err == nil || strings.Contains(err.Error(), "hush") || time.Since(began) > 20*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

// The password is nowhere that a log line could come from.
func TestPasswordIsNeverPrinted(t *testing.T) {
	const secret = "pa55word"
	c, err := ParseDSN("spark://me:" + secret + "@127.0.0.1:10000/lake")
	if err != nil {
		t.Fatal(err)
	}
	if c.Password != secret {
		t.Fatalf("password %q", c.Password)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("connecting", "to", c)
	for _, text := range []string{fmt.Sprint(c), fmt.Sprintf("%v %+v %#v %s %q %d", c, c, c, c, c, c), fmt.Sprintf("%+v", &c), fmt.Sprintf("%+v", connector{c}), log.String()} {
		if strings.Contains(text, secret) {
			t.Errorf("printed: %s", text)
		}
	}
	for _, dsn := range []string{
		"spark://me:" + secret + "@127.0.0.1:10000/%zz", "spark://me:" + secret + "@127.0.0.1:port/", "spark://me:" + secret + "@/lake",
		"spark://me:" + secret + "@127.0.0.1/lake", "mysql://me:" + secret + "@h:1/", "spark://me:" + secret + "@h:1/?fetch_rows=no", "spark://me:" + secret + "@h:1/?a;b=%",
		"spark://me:" + secret + "@cluster:10000/", "spark://me:" + secret + "@h:1/#x", "me:" + secret, "spark://me:" + secret + "@127.0.0.1:1/?" + secret,
	} {
		_, err := Open(dsn)
		if err == nil {
			t.Errorf("%s went through", dsn)
			continue
		}
		if strings.Contains(err.Error(), secret) && !strings.HasSuffix(dsn, "?"+secret) {
			t.Errorf("%v", err)
		}
	}
	if b, err := json.Marshal(c); err == nil && bytes.Contains(b, []byte(secret)) {
		t.Errorf("JSON: %s", b)
	}
}

func TestParseDSN(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(bad, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := ParseDSN("spark://me@h:10000/db?auth=kerberos")
	if kerberosBuilt != (err == nil) {
		t.Errorf("kerberos: %+v, %v", c, err)
	}
	c, err = ParseDSN("hive2://h:10000?tls=true&tls_server_name=inner&fetch_rows=7&connect_timeout=3s&service=x")
	if err != nil || c.Auth != Plain || c.TLS.ServerName != "inner" || c.FetchRows != 7 || c.ConnectTimeout != 3*time.Second || c.Service != "x" || c.User == "" {
		t.Errorf("%+v, %v", c, err)
	}
	for dsn, says := range map[string]string{
		"spark://h:1/?auth=oauth":                         "no authentication",
		"spark://h:1/?auth=NOSASL&http_path=cliservice":   "does not go over HTTP",
		"spark://me:x@h:1/":                               "in clear",
		"spark://h:1/?tls=maybe":                          "neither true nor false",
		"spark://h:1/?tls_ca=x":                           "without tls=true",
		"spark://h:1/?tls=true&tls_ca=" + bad:             "no certificate in PEM",
		"spark://h:1/?tls=true&tls_ca=/no/such/file":      "tls_ca",
		"spark://h:1/?tls=true&tls_cert=/no/such/file":    "tls_cert",
		"spark://h:1/?password_env=LISLAB_NO_SUCH_SECRET": "LISLAB_NO_SUCH_SECRET",
		"spark://h:1/?colour=red":                         "no key",
		"spark://h:1/?auth=PLAIN&auth=NOSASL":             "2 times",
		"spark://h:1/?connect_timeout=soon":               "no duration",
	} {
		if _, err := ParseDSN(dsn); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", dsn, err, says)
		}
	}
	for _, dsn := range []string{"spark://me:x@h:1/?plaintext=true", "spark://me:x@localhost:1/", "spark://me:x@[::1]:1/", "spark://me:x@h:1/?tls=true"} {
		if _, err := ParseDSN(dsn); err != nil {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}
