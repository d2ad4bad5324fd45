package cli

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestScore(t *testing.T) {
	dir := t.TempDir()
	table := filepath.Join(dir, "table.csv")
	var b strings.Builder
	b.WriteString("day,person,item,label,base,item_n7\n")
	for i := range 200 {
		label := (i*7919 + i/3) % 2
		b.WriteString(strings.Join([]string{string(rune('0' + i%2)), "u" + string(rune('a'+i%9)), "i" + string(rune('a'+i%11)), string(rune('0' + label)), "0." + string(rune('1'+i%9)), "0." + string(rune('1'+(i+label)%9))}, ",") + "\n")
	}
	if err := os.WriteFile(table, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "lis.csv")
	var stdout, stderr bytes.Buffer
	if code := Main([]string{"score", "--data", table, "--user", "person", "--exact", "--out", out}, &stdout, &stderr); code != exitOK {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != 3 || rows[0][len(rows[0])-1] != "error_bound" || rows[1][len(rows[1])-1] != "0" || rows[1][0] != "table" {
		t.Errorf("%v, %v", rows, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "lis.json")); err != nil {
		t.Error(err)
	}
	for args, name := range map[string]string{
		"--data " + filepath.Join(dir, "none.parquet"): "no-such-log",
		"--data " + table: "unknown-column",
		"--data " + table + " --user person --arm item=x":      "usage",
		"--data " + table + " --user person --out x.doc":       "usage",
		"--data spark://me:hush@127.0.0.1:1/":                  "usage",
		"--data spark://me:hush@cluster:1/ --sql x":            "usage",
		"--data " + table + " --user person --exact --bins 10": "usage",
		"--data " + table + " --user person --arm-column day":  "usage",
		"--data " + table + " --user person --max-updates 10":  "unknown-column",
		"--data " + table + " --user person --memory plenty":   "usage",
	} {
		stderr.Reset()
		if code := Main(append([]string{"score"}, strings.Fields(args)...), &stdout, &stderr); code != exitUsage {
			t.Errorf("%s: exit %d", args, code)
		}
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		if last := lines[len(lines)-1]; !strings.HasPrefix(last, "lislab: "+name+": ") || strings.Contains(last, "hush") {
			t.Errorf("%s: %s", args, last)
		}
	}
}
