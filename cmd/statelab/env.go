package main

import (
	"io"
	"os"
	"strconv"
	"time"

	"golang.org/x/term"

	"statelab/capture/explain"
)

// env is all that a command knows of the world outside, as values: a test
// gives it another one.
type env struct {
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	// terminal says that stdout is a terminal, width how many cells it has.
	terminal bool
	width    int
	// watched says that stderr is a terminal.
	watched bool
	// keys yields single key presses for --step; nil where there is no
	// terminal to press them on.
	keys func() (keyReader, error)
}

// systemEnv is the process's own surroundings.
func systemEnv() *env {
	e := &env{
		args: os.Args[1:], stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		getenv: os.Getenv, now: time.Now, width: 80,
	}
	e.terminal, e.watched = term.IsTerminal(int(os.Stdout.Fd())), term.IsTerminal(int(os.Stderr.Fd()))
	if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && w > 0 {
		e.width = w
	} else if w, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && w > 0 {
		e.width = w
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		e.keys = func() (keyReader, error) { return openKeys(os.Stdin) }
	}
	return e
}

// lang is the language to speak when no flag says so: from LC_ALL,
// LC_MESSAGES, LANG, in that order of precedence (POSIX.1-2017 §8.2).
func (e *env) lang() explain.Lang {
	return explain.FromLocale(e.getenv("LC_ALL"), e.getenv("LC_MESSAGES"), e.getenv("LANG"))
}
