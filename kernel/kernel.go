// Package kernel runs a Jupyter kernel: an engine behind the protocol's server
// on ZeroMQ sockets, from a connection file to the kernel's end.
package kernel

import (
	"context"
	"errors"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/server"
	"github.com/lislab/lislab/kernel/transport"
)

// Run serves eng to the front ends that connectionFile tells of, until one of
// them asks for the end, ctx ends, SIGTERM comes or the process that started
// the kernel is gone. SIGINT interrupts the running cell. It closes eng.
//
// A shutdown that a front end asked for, a signal and the parent's end are
// regular ends and no error.
func Run(ctx context.Context, connectionFile string, eng engine.Engine) error {
	c, err := transport.ReadConnection(connectionFile)
	if err != nil {
		return errors.Join(err, eng.Close())
	}
	s := server.New(eng, server.Options{
		Key:         c.Key,
		HistoryFile: dataFile("history.jsonl"),
		OverflowDir: cacheDir("output"),
		Log:         log.New(os.Stderr, "lislab kernel: ", log.LstdFlags),
	})
	t, err := transport.Listen(c, s.Welcome)
	if err != nil {
		return errors.Join(err, eng.Close())
	}
	ctx, cancel := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer cancel()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	ctx, orphaned := context.WithCancel(ctx)
	defer orphaned()
	go watchParent(ctx, orphaned)
	go func() {
		for {
			select {
			case <-interrupts:
				s.Interrupt()
			case <-ctx.Done():
				return
			}
		}
	}()
	err = s.Serve(ctx, t)
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, cause) {
		return nil
	}
	return err
}

// dataFile is the path of a file that outlives the session, in the user's data
// folder; empty where there is none.
func dataFile(name string) string {
	dir := os.Getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(dir) {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(dir, "lislab", name)
}

// cacheDir is a folder in the user's cache; empty where there is none.
func cacheDir(name string) string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "lislab", name)
}
