package lis

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// parallel runs f(0) … f(n−1) on at most jobs goroutines, until one fails or
// ctx ends, and gives the error of the lowest index that failed, else ctx's. A
// panic in f, such as in a ranker of the user's own, goes on in the caller.
func parallel(ctx context.Context, jobs, n int, f func(i int) error) error {
	errs := make([]error, n)
	var panicked any
	next := make(chan int)
	stop := make(chan struct{})
	var once sync.Once
	call := func(i int) {
		defer func() {
			if r := recover(); r != nil {
				once.Do(func() {
					panicked = fmt.Sprintf("%v\n\n%s", r, debug.Stack())
					close(stop)
				})
			}
		}()
		if errs[i] = f(i); errs[i] != nil {
			once.Do(func() { close(stop) })
		}
	}
	var wg sync.WaitGroup
	for range min(jobs, n) {
		wg.Go(func() {
			for i := range next {
				call(i)
			}
		})
	}
feed:
	for i := range n {
		select {
		case <-stop:
			break feed
		case <-ctx.Done():
			break feed
		case next <- i:
		}
	}
	close(next)
	wg.Wait()
	if panicked != nil {
		panic(panicked)
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}
