package server

import (
	"context"
	"sync"
	"time"

	"github.com/lislab/lislab/kernel/wire"
)

// job is one request on its way through a queue.
type job struct {
	channel wire.Channel
	route   route
	req     *wire.Message
	// err is set on a request that is refused instead of served.
	err error
	// aborted is set on a queued cell that is not to run.
	aborted bool
	// cancel interrupts the cell while it runs.
	cancel context.CancelFunc
}

// queue serves jobs in order. It is never full.
type queue struct {
	mu     sync.Mutex
	more   sync.Cond
	jobs   []*job
	closed bool
}

func newQueue() *queue {
	q := new(queue)
	q.more.L = &q.mu
	return q
}

func (q *queue) push(j *job) {
	q.mu.Lock()
	q.jobs = append(q.jobs, j)
	q.mu.Unlock()
	q.more.Signal()
}

// run serves what is pushed until the queue is closed and empty.
func (q *queue) run(serve func(*job)) {
	for {
		q.mu.Lock()
		for len(q.jobs) == 0 && !q.closed {
			q.more.Wait()
		}
		if len(q.jobs) == 0 {
			q.mu.Unlock()
			return
		}
		j := q.jobs[0]
		q.jobs = q.jobs[1:]
		q.mu.Unlock()
		serve(j)
	}
}

func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.more.Broadcast()
}

// inTransit is how long after a failure a cell may still arrive that was sent
// before its sender could know of it: Run All sends every cell at once, but a
// cell that fails in a millisecond is done before the last of them is here.
const inTransit = 250 * time.Millisecond

// cellQueue is the queue of the cells. Which cell runs, which wait and whether
// they are aborted changes under one lock, so that an interrupt meets either
// the running cell or a queue that knows of it.
type cellQueue struct {
	mu      sync.Mutex
	more    sync.Cond
	waiting []*job
	running *job
	failed  time.Time // when cells were last aborted
	closed  bool

	unsettled bool // settle has waited long enough
}

func newCellQueue() *cellQueue {
	q := new(cellQueue)
	q.more.L = &q.mu
	return q
}

func (q *cellQueue) push(j *job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if sent, ok := j.req.Header.Time(); ok && sent.Before(q.failed) && time.Since(q.failed) < inTransit {
		j.aborted = true
	}
	if q.closed {
		j.aborted = true
	}
	q.waiting = append(q.waiting, j)
	q.more.Broadcast()
}

// next waits for a job and makes it the running one, under a context of its
// own. It is nil once the queue is closed and empty.
func (q *cellQueue) next(parent context.Context) (*job, context.Context) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) == 0 {
		if q.closed {
			return nil, nil
		}
		q.more.Wait()
	}
	j := q.waiting[0]
	q.waiting = q.waiting[1:]
	ctx, cancel := context.WithCancel(parent)
	j.cancel = cancel
	q.running = j
	return j, ctx
}

// done tells that the running job has ended.
func (q *cellQueue) done() {
	q.mu.Lock()
	q.running.cancel()
	q.running = nil
	q.mu.Unlock()
	q.more.Broadcast()
}

// settle waits until no cell runs or waits, for d at most.
func (q *cellQueue) settle(d time.Duration) {
	late := time.AfterFunc(d, func() {
		q.mu.Lock()
		q.unsettled = true
		q.mu.Unlock()
		q.more.Broadcast()
	})
	defer late.Stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.unsettled && (q.running != nil || len(q.waiting) > 0) {
		q.more.Wait()
	}
}

// abort marks every waiting cell, and those on their way here, as not to run.
func (q *cellQueue) abort() {
	q.mu.Lock()
	q.abortLocked()
	q.mu.Unlock()
}

func (q *cellQueue) abortLocked() {
	q.failed = time.Now()
	for _, j := range q.waiting {
		j.aborted = true
	}
}

// interrupt cancels the running cell and aborts the waiting ones. It does
// nothing and is false where no cell runs.
func (q *cellQueue) interrupt() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.running == nil {
		return false
	}
	q.running.cancel()
	q.abortLocked()
	return true
}

// upcoming lists the code of the cells that wait, oldest first.
func (q *cellQueue) upcoming() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	var code []string
	for _, j := range q.waiting {
		if !j.aborted {
			code = append(code, j.req.Content.(*wire.ExecuteRequest).Code)
		}
	}
	return code
}

// close aborts what waits and lets next end.
func (q *cellQueue) close() {
	q.mu.Lock()
	q.closed = true
	for _, j := range q.waiting {
		j.aborted = true
	}
	q.mu.Unlock()
	q.more.Broadcast()
}
