//go:build unix

package hs2_test

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lislab/lislab/datasets/hs2"
	"github.com/lislab/lislab/datasets/sqldb"
	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/scores"
)

// startSpark starts Spark's Thrift server on loopback, with TLS and PLAIN, and
// stops it with the test. It gives the DSN.
func startSpark(t *testing.T) string {
	t.Helper()
	python := os.Getenv("LISLAB_PYTHON")
	if python == "" {
		python = "python3"
	}
	missing := t.Skip
	if os.Getenv("CI") != "" {
		missing = t.Fatal
	}
	home, err := exec.Command(python, "-c", "import pyspark, os; print(os.path.dirname(pyspark.__file__))").Output()
	if err != nil {
		missing("pyspark is missing; make spark installs it (434 MB) and runs this test")
	}
	if _, err := exec.LookPath("keytool"); err != nil {
		missing("Java 17 is missing; install it: sudo apt-get install openjdk-17-jre-headless")
	}
	dir := t.TempDir()
	for _, sub := range []string{"conf", "tmp"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	store, pem := filepath.Join(dir, "store.p12"), filepath.Join(dir, "ca.pem")
	for _, args := range [][]string{
		{"-genkeypair", "-alias", "s", "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "SAN=dns:localhost,ip:127.0.0.1", "-validity", "2", "-storetype", "PKCS12", "-keystore", store, "-storepass", "changeit"},
		{"-exportcert", "-rfc", "-alias", "s", "-keystore", store, "-storepass", "changeit", "-file", pem},
	} {
		if out, err := exec.Command("keytool", args...).CombinedOutput(); err != nil {
			t.Fatalf("keytool: %v: %s", err, out)
		}
	}
	spark := strings.TrimSpace(string(home))
	cmd := exec.Command(filepath.Join(spark, "bin", "spark-class"), "org.apache.spark.deploy.SparkSubmit",
		"--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2", "--name", "lislab-test", "--master", "local[2]", "--driver-memory", "1g",
		"--conf", "spark.ui.enabled=false", "--conf", "spark.driver.host=127.0.0.1", "--conf", "spark.driver.bindAddress=127.0.0.1",
		"--conf", "spark.local.dir="+dir+"/tmp", "--conf", "spark.sql.warehouse.dir="+dir+"/warehouse", "--conf", "spark.sql.shuffle.partitions=2",
		"--conf", "spark.driver.extraJavaOptions=-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.io.tmpdir="+dir+"/tmp -Dderby.system.home="+dir,
		"spark-internal", "--hiveconf", "hive.server2.thrift.port=0", "--hiveconf", "hive.server2.thrift.bind.host=127.0.0.1",
		"--hiveconf", "javax.jdo.option.ConnectionURL=jdbc:derby:memory:metastore;create=true",
		"--hiveconf", "hive.exec.scratchdir="+dir+"/scratch", "--hiveconf", "hive.exec.local.scratchdir="+dir+"/scratch", "--hiveconf", "hive.server2.logging.operation.enabled=false",
		"--hiveconf", "hive.server2.authentication=NONE", "--hiveconf", "hive.server2.use.SSL=true", "--hiveconf", "hive.server2.keystore.path="+store, "--hiveconf", "hive.server2.keystore.password=changeit")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SPARK_HOME="+spark, "SPARK_LOCAL_IP=127.0.0.1", "SPARK_CONF_DIR="+dir+"/conf")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	logName := filepath.Join(dir, "out.log")
	log, err := os.Create(logName)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		cmd.Wait()
		close(done)
	}()
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-done
		}
		log.Close()
	})
	port := regexp.MustCompile(`Starting ThriftBinaryCLIService on port (\d+)`)
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		text, err := os.ReadFile(logName)
		if err != nil {
			t.Fatal(err)
		}
		if m := port.FindSubmatch(text); m != nil && strings.Contains(string(text), "HiveThriftServer2 started") {
			return fmt.Sprintf("spark://me:anything@127.0.0.1:%s/?tls=true&tls_ca=%s", m[1], pem)
		}
		select {
		case <-done:
			t.Fatalf("Spark ended: %s", text[max(0, len(text)-2000):])
		default:
		}
		if time.Now().After(end) {
			t.Fatalf("Spark does not start: %s", text[max(0, len(text)-2000):])
		}
	}
}

// The same score table gives the same LIS on DuckDB and on a real Spark.
func TestSparkAgreesWithDuckDB(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	dsn := startSpark(t)
	duck, err := sqldb.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer duck.Close()
	file := filepath.Join(t.TempDir(), "it's a `table`.parquet")
	if _, err := duck.Exec(`COPY (SELECT (i % 3)::INT AS day, 'u''' || i % 97 AS "user", (i * 7919) % 89 AS item, (hash(i) % 4 = 0)::INT AS label, (i % 40)::INT AS updates_item,
		sin(i * 1.7) AS base, round(sin(i * 1.7) + CASE WHEN hash(i) % 4 = 0 THEN 0.3 ELSE 0 END + 0.3 * cos(i * 2.3), 3) AS item_n7 FROM range(6000) AS r(i)) TO '` + strings.ReplaceAll(file, "'", "''") + `' (FORMAT parquet)`); err != nil {
		t.Fatal(err)
	}
	spark, err := hs2.Open(dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer spark.Close()
	t.Run("quoting", func(t *testing.T) { checkQuoting(t, ctx, spark) })
	t.Run("scores", func(t *testing.T) {
		for _, exact := range []bool{true, false} {
			options := scores.Options{Exact: exact, MaxUpdates: []int{lis.Inf}}
			if exact {
				options.MaxUpdates = []int{10, lis.Inf}
			}
			var got [2]*scores.Result
			for i, e := range []struct {
				db *sql.DB
				d  scores.Dialect
			}{{duck, scores.DuckDB}, {spark, scores.Spark}} {
				from, err := e.d.Files("parquet", file)
				if err != nil {
					t.Fatal(err)
				}
				if got[i], err = scores.Score(ctx, e.db, e.d, scores.Table{From: from}, options); err != nil {
					t.Fatalf("%s: %v", e.d.Name, err)
				}
			}
			if n := 2 * len(options.MaxUpdates); len(got[0].Rows) != n || len(got[1].Rows) != n {
				t.Fatalf("%d and %d rows", len(got[0].Rows), len(got[1].Rows))
			}
			for i, want := range got[0].Rows {
				row, tolerance := got[1].Rows[i], 1e-9
				if !exact {
					tolerance = got[0].ErrorBound[i]
				}
				if row.N != want.N || row.Slot != want.Slot || row.Scope != want.Scope || math.Abs(row.LIS-want.LIS) > tolerance || math.Abs(row.SE-want.SE) > max(tolerance, 1e-9) || want.LIS < .005 {
					t.Errorf("exact %v:\nDuckDB %+v\nSpark  %+v", exact, want, row)
				}
			}
		}
	})
	t.Run("log", func(t *testing.T) {
		// Preparing a log: what was shown twice within a day counts once, and a user's
		// first impressions stay out.
		prepare := `SELECT * FROM (
  SELECT CAST(day AS BIGINT) * 86400 + 1700000000 + item AS ts, "user" AS person, item, label, CAST(base AS DECIMAL(9, 4)) AS x,
    row_number() OVER (PARTITION BY "user" ORDER BY day, item, base) AS nth,
    row_number() OVER (PARTITION BY "user", day, item ORDER BY base) AS again
  FROM %s) AS r WHERE nth > 5 AND again = 1 ORDER BY ts, person, item`
		var got [2]*lis.Log
		for i, e := range []struct {
			db *sql.DB
			d  scores.Dialect
		}{{duck, scores.DuckDB}, {spark, scores.Spark}} {
			from, err := e.d.Files("parquet", file)
			if err != nil {
				t.Fatal(err)
			}
			query := strings.ReplaceAll(fmt.Sprintf(prepare, from), `"user"`, e.d.Quote("user"))
			if got[i], err = sqldb.LogOf(ctx, e.db, lis.Columns{Time: "ts", User: "person", Numeric: map[string]string{"x": "x"}}, query); err != nil {
				t.Fatalf("%s: %v", e.d.Name, err)
			}
		}
		if got[0].Len() < 1000 || got[0].SHA256() != got[1].SHA256() {
			t.Errorf("DuckDB's log %v\nSpark's %v", got[0], got[1])
		}
	})
	t.Run("cancel", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		began := time.Now()
		_, err := spark.ExecContext(ctx, "SELECT sum(sin(a.id + b.id)) FROM range(1000000) AS a CROSS JOIN range(1000000) AS b")
		if err == nil || time.Since(began) > 30*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
	t.Run("error", func(t *testing.T) {
		_, err := spark.ExecContext(ctx, "SELECT * FROM no_such_table")
		if err == nil || !strings.HasPrefix(err.Error(), "spark: [TABLE_OR_VIEW_NOT_FOUND]") {
			t.Errorf("%v", err)
		}
	})
}

// checkQuoting asks Spark what it reads.
func checkQuoting(t *testing.T, ctx context.Context, db *sql.DB) {
	const text = "it's \\ a \"b\" `c` \\' '' ? $1 日本"
	var got string
	if err := db.QueryRowContext(ctx, "SELECT "+scores.Spark.Literal(text)+" AS "+scores.Spark.Quote("a`b \"c")).Scan(&got); err != nil || got != text {
		t.Errorf("%q, %v, want %q", got, err, text)
	}
}
