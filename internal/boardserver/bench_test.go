package boardserver_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier/board"
)

// BenchmarkLines prints how many lines a second the server takes, each synced to the disk
// before its answer, from 48 clients that each wait for their answer: alone, and beside
// strangers who send what is refused from four addresses as fast as they get answers.
// Clients and strangers run on the same cores.
func BenchmarkLines(b *testing.B) {
	for _, row := range []struct {
		name  string
		flood bool
	}{{"alone", false}, {"flooded", true}} {
		b.Run(row.name, func(b *testing.B) {
			const voters = 2000
			manyEntries(b, voters, func(f *fixture, entries []board.Line) {
				for b.Loop() {
					b.StopTimer()
					g := f.copied(b)
					g.mustStart()
					g.settle()
					strangers := func() int64 { return 0 }
					if row.flood {
						strangers = g.flood(entries[0])
					}
					b.StartTimer()
					took, slowest := g.postAll(entries)
					b.StopTimer()
					b.ReportMetric(float64(len(entries))/took.Seconds(), "lines/s")
					b.ReportMetric(float64(slowest.Milliseconds()), "ms-99%")
					b.ReportMetric(float64(strangers())/took.Seconds(), "refused/s")
					g.stop()
					b.StartTimer()
				}
			})
		})
	}
}

// manyEntries plays a custodial election up to the entries of many voters.
func manyEntries(b *testing.B, voters int, then func(*fixture, []board.Line)) {
	form := rehearsaltest.Forms()["custodial"]
	form.Voters, form.Threshold = voters, voters/2+1
	var entries []board.Line
	f := newFixtureOf(b, form, rehearsal.Options{Votes: map[string]int{"alice": 1}}, func(f *fixture, l board.Line) error {
		if l.Type == board.TypeOpen {
			return f.mustPost(l)
		}
		if entries = append(entries, l); len(entries) < voters {
			return nil
		}
		then(f, entries)
		return errDone
	})
	f.mustStart()
	if err := f.Run(); !errors.Is(err, errDone) {
		b.Fatal(err)
	}
}

// postAll posts lines from 48 clients, and returns how long all took, and how long the
// slowest but one in a hundred.
func (f *fixture) postAll(lines []board.Line) (all, slowest time.Duration) {
	f.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	var next atomic.Int64
	took := make([]time.Duration, len(lines))
	var wait sync.WaitGroup
	start := time.Now()
	for range 48 {
		wait.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(lines) {
					return
				}
				begun := time.Now()
				r, err := client.Post(f.http.URL+"/line", "application/json", bytes.NewReader(lines[i].Encode()))
				if err != nil {
					f.Error(err)
					return
				}
				text, _ := io.ReadAll(r.Body)
				r.Body.Close()
				took[i] = time.Since(begun)
				if r.StatusCode != http.StatusOK {
					f.Errorf("%d %s", r.StatusCode, text)
					return
				}
			}
		})
	}
	wait.Wait()
	all = time.Since(start)
	slices.Sort(took)
	return all, took[len(took)*99/100]
}

// flood sends from four addresses what the server refuses, until the fixture stops: lines of
// unknown keys, lines with a false signature of a known key, bodies that are too long, and
// connections that send nothing. It returns how many answers came so far.
func (f *fixture) flood(known board.Line) func() int64 {
	ctx, cancel := context.WithCancel(context.Background())
	var answered atomic.Int64
	unknown, forged := known, known
	unknown.By = curve.BaseMul(curve.NewScalar(77)).Key()
	forged.Sig[9] ^= 1
	texts := [][]byte{unknown.Encode(), forged.Encode(), []byte(strings.Repeat("x", 60_000)), []byte("{}")}
	var wait sync.WaitGroup
	for _, from := range []string{"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"} {
		dial := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DialContext: dial.DialContext}}
		for i := range 12 {
			if i%4 == 0 {
				if c, err := dial.DialContext(ctx, "tcp", f.http.Listener.Addr().String()); err == nil {
					io.WriteString(c, "POST /line HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n")
					context.AfterFunc(ctx, func() { c.Close() })
				}
			}
			wait.Go(func() {
				for n := i; ctx.Err() == nil; n++ {
					r, err := client.Post(f.http.URL+"/line", "application/json", bytes.NewReader(texts[n%len(texts)]))
					if err != nil {
						continue
					}
					io.Copy(io.Discard, r.Body)
					r.Body.Close()
					answered.Add(1)
				}
			})
		}
	}
	stop := f.stop
	f.stop = func() { cancel(); stop(); wait.Wait() }
	return answered.Load
}
