package boardserver_test

import (
	"bytes"
	"testing"
)

// TestElectionThroughServer: honest parties play an election through the server, and its
// file is the board of the record, byte for byte.
func TestElectionThroughServer(t *testing.T) {
	for _, form := range []string{"hardened", "custodial", "mixed"} {
		t.Run(form, func(t *testing.T) {
			if form == "mixed" && testing.Short() {
				t.Skip("seconds")
			}
			f := newFixture(t, form, nil)
			f.mustStart()
			if err := f.Run(); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(f.file(), f.ofPlay()) {
				t.Error("the server's file is not the board")
			}
		})
	}
}
