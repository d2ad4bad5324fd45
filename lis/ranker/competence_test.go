package ranker_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/lis/auc"
	"github.com/lislab/lislab/lis/ranker"
)

// liblinear fits a logistic regression on the one-hot slots of the 20 days
// before each day asked for, and prints its AUC there. Arguments: numbers per
// row, days. Input: day, label and the slots' ids per row, as int32.
const liblinear = `
import sys
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
a = np.frombuffer(sys.stdin.buffer.read(), dtype="<i4").reshape(-1, int(sys.argv[1])).astype(np.int64)
day, y, ids = a[:, 0], a[:, 1], a[:, 2:]
offset = np.concatenate([[0], np.cumsum(ids.max(axis=0) + 1)])
n, k = ids.shape
x = csr_matrix((np.ones(n * k, np.float32), (ids + offset[:-1]).ravel(), np.arange(0, n * k + 1, k)), shape=(n, offset[-1]))
for d in map(int, sys.argv[2:]):
    past, now = np.flatnonzero((day >= d - 20) & (day < d)), np.flatnonzero(day == d)
    m = LogisticRegression(solver="liblinear").fit(x[past], y[past])
    print(repr(float(roc_auc_score(y[now], m.decision_function(x[now])))))
`

// TestCompetence holds the streaming ranker against a batch learner that may
// look at 20 days as often as it likes: on a day that neither has seen, one
// pass must not rank worse. Liblinear takes
// half a minute a day, so it runs where CI or LISLAB_LONG is set.
func TestCompetence(t *testing.T) {
	if os.Getenv("CI") == "" && os.Getenv("LISLAB_LONG") == "" {
		t.Skip("liblinear takes minutes: LISLAB_LONG=1 go test -run Competence ./lis/ranker")
	}
	python := os.Getenv("LISLAB_PYTHON")
	if python == "" {
		python = "python3"
	}
	if out, err := exec.Command(python, "-c", "import sklearn, scipy").CombinedOutput(); err != nil {
		why := fmt.Sprintf("scikit-learn is wanted; make test installs it (%s -m pip install scikit-learn): %s", python, out)
		if os.Getenv("CI") != "" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	w := datasets.D0()
	w.Days = 57
	l, err := w.Log(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	days := []int{36, 46, 56}
	d := &ranker.Data{Label: l.Label}
	for _, s := range l.Slots {
		d.Slots = append(d.Slots, ranker.Slot(s))
	}
	var ours []float64
	m := ranker.NewFM(ranker.Options{Seed: 1}, d)
	for day := range w.Days {
		rows := make([]int32, w.ImpressionsPerDay)
		labels := make([]bool, len(rows))
		for i := range rows {
			rows[i] = int32(day*w.ImpressionsPerDay + i)
			labels[i] = l.Label[rows[i]]
		}
		if len(ours) < len(days) && day == days[len(ours)] {
			a, err := auc.AUC32(ranker.Scores(m, d, rows), labels)
			if err != nil {
				t.Fatal(err)
			}
			ours = append(ours, a)
		}
		m.Train(d, rows)
	}
	var input []byte
	for row := (days[0] - 20) * w.ImpressionsPerDay; row < l.Len(); row++ {
		label := uint32(0)
		if l.Label[row] {
			label = 1
		}
		input = binary.LittleEndian.AppendUint32(input, uint32(row/w.ImpressionsPerDay))
		input = binary.LittleEndian.AppendUint32(input, label)
		for _, s := range l.Slots {
			input = binary.LittleEndian.AppendUint32(input, s.Index[row])
		}
	}
	args := []string{"-c", liblinear, strconv.Itoa(2 + len(l.Slots))}
	for _, day := range days {
		args = append(args, strconv.Itoa(day))
	}
	cmd := exec.Command(python, args...)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), os.Stderr
	printed, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range strings.Fields(string(printed)) {
		theirs, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("day %d: %.4f, liblinear %.4f", days[i], ours[i], theirs)
		if ours[i] < theirs {
			t.Errorf("day %d: AUC %.4f, below liblinear's %.4f", days[i], ours[i], theirs)
		}
	}
}
