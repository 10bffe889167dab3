// Drives quamina v2 by the line protocol that ../README.md describes.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"quamina.net/go/quamina/v2"
)

type harness struct {
	matcher *quamina.Quamina
	events  [][]byte
	matched int
}

func main() {
	matcher, err := quamina.New()
	if err != nil {
		fmt.Println("error", err)
		return
	}
	h := &harness{matcher: matcher}
	input := bufio.NewScanner(os.Stdin)
	fmt.Println("ok")
	for input.Scan() && input.Text() != "quit" {
		command, operand, _ := strings.Cut(input.Text(), " ")
		if result, err := h.carryOut(command, operand); err != nil {
			fmt.Println("error", strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Println("ok", result)
		}
	}
}

func (h *harness) carryOut(command, operand string) (int64, error) {
	switch command {
	case "add":
		return change(operand, func(name, pattern string) error {
			return h.matcher.AddPattern(name, pattern)
		})
	case "remove":
		return change(operand, func(name, _ string) error {
			return h.matcher.DeletePatterns(name)
		})
	case "events":
		return h.readEvents(operand)
	case "check":
		return h.check(operand)
	case "match":
		return h.match(operand)
	case "memory":
		return memory(), nil
	}
	return 0, fmt.Errorf("unknown command %s", command)
}

// change returns the nanoseconds that adding or removing took, without reading the file.
func change(path string, one func(name, pattern string) error) (int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var taken time.Duration
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 1<<16), 1<<26)
	for lines.Scan() {
		name, pattern, _ := strings.Cut(lines.Text(), "\t")
		started := time.Now()
		err := one(name, pattern)
		taken += time.Since(started)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", name, err)
		}
	}
	return taken.Nanoseconds(), lines.Err()
}

func (h *harness) readEvents(path string) (int64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	h.events = bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	return int64(len(h.events)), nil
}

func (h *harness) check(path string) (int64, error) {
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	for _, event := range h.events {
		names, err := h.matcher.MatchesForEvent(event)
		if err != nil {
			return 0, err
		}
		for number, name := range names {
			if number > 0 {
				out.WriteByte('\t')
			}
			fmt.Fprint(out, name)
		}
		out.WriteByte('\n')
	}
	return int64(len(h.events)), out.Flush()
}

// match matches count events, beginning again after the last, and returns the nanoseconds.
func (h *harness) match(operand string) (int64, error) {
	count, err := strconv.Atoi(operand)
	if err != nil {
		return 0, err
	}
	started := time.Now()
	for left := count; left > 0; left -= len(h.events) {
		for _, event := range h.events[:min(left, len(h.events))] {
			names, err := h.matcher.MatchesForEvent(event)
			if err != nil {
				return 0, err
			}
			h.matched += len(names)
		}
	}
	return time.Since(started).Nanoseconds(), nil
}

// memory returns the bytes of heap in use after collection.
func memory() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
