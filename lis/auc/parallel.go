package auc

import (
	"runtime"
	"sync"
)

// perWorker is the least input that is worth a goroutine of its own.
const perWorker = 1 << 16

// workers is how many goroutines n impressions are spread over.
func (w *Workspace) workers(n int) int {
	k := w.Workers
	if k <= 0 {
		k = runtime.GOMAXPROCS(0)
	}
	return max(1, min(k, n/perWorker))
}

// spread runs do(worker) for workers 0..k−1 and waits for all.
func spread(k int, do func(worker int)) {
	if k == 1 {
		do(0)
		return
	}
	var wg sync.WaitGroup
	for i := 1; i < k; i++ {
		wg.Go(func() { do(i) })
	}
	do(0)
	wg.Wait()
}

// share is the part of 0..n that is worker i's of k.
func share(n, i, k int) (from, to int) { return n * i / k, n * (i + 1) / k }
