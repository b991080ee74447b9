package boardserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"bevote/internal/boardclient"
	"bevote/internal/durable"
	"bevote/verifier/record"
)

// Mirror serves a verified copy of another server's board, and forwards lines and mail to
// that server. It holds no secret. Those who do not want the supervisor to see their address
// send through it, and a mirror that served another board would be found out as a server is.
type Mirror struct {
	site
	url     string
	client  *boardclient.Client
	http    *http.Client
	lock    *os.File
	message func(format string, args ...any)
}

// OpenMirror continues the copy in a directory of the board at a URL.
func OpenMirror(dir, url string, perAddress int, message func(format string, args ...any)) (*Mirror, error) {
	m := &Mirror{site: site{limits: newLimits(perAddress)}, url: url, message: message,
		http: &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	var err error
	if m.lock, err = durable.Lock(dir); err != nil {
		return nil, err
	}
	if err := m.open(dir); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

func (m *Mirror) open(dir string) (err error) {
	if err := m.readElection(dir); err != nil {
		return err
	}
	if m.client, err = boardclient.Open(m.e, dir, []string{m.url}, nil); err != nil {
		return err
	}
	if m.file, err = os.Open(filepath.Join(dir, record.Board)); err != nil {
		return err
	}
	m.publish("")
	return nil
}

// Close closes the files.
func (m *Mirror) Close() error {
	errs := []error{m.lock.Close()}
	if m.client != nil {
		errs = append(errs, m.client.Close())
	}
	if f, ok := m.file.(*os.File); ok && f != nil {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// again is how long a mirror waits after an error.
const again = 2 * time.Second

// Run copies the board until the context is done. What contradicts the copy is said, and the
// copy is served as it was.
func (m *Mirror) Run(ctx context.Context) {
	said := ""
	for ctx.Err() == nil {
		err := m.client.Extend(ctx)
		if ctx.Err() != nil {
			return
		}
		down := ""
		if err != nil {
			down = err.Error()
		}
		if down != said {
			m.message("%s", map[bool]string{true: "the server answers again", false: down}[down == ""])
			said = down
		}
		m.publish(map[bool]string{true: "the server does not answer, or contradicts its board"}[err != nil])
		if err == nil {
			err = m.client.Wait(ctx)
		}
		if err != nil {
			select {
			case <-ctx.Done():
			case <-time.After(again):
			}
		}
	}
}

// publish replaces what readers are shown.
func (m *Mirror) publish(down string) {
	m.show(&state{lines: len(m.client.Lines()), size: m.client.Size(), head: m.client.Head(), last: m.client.Signed(), down: down})
}

// Handler returns what answers requests. Lines and mail are the server's to answer.
func (m *Mirror) Handler() http.Handler {
	mux := m.routes()
	mux.HandleFunc("POST /line", m.forward("/line", m.longest()))
	mux.HandleFunc("POST /mail", m.forward("/mail", maxMail))
	mux.HandleFunc("GET /mail.json", m.forward("/mail.json", 0))
	return bounded(mux)
}

// maxAnswer is the longest answer that is passed on.
const maxAnswer = 64 << 10

// forward sends a request on, and passes the answer back: it is signed, or sealed, and not
// the mirror's to judge.
func (m *Mirror) forward(path string, most int64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text, ok := m.limits.body(w, r, most)
		if !ok {
			return
		}
		on, err := http.NewRequestWithContext(r.Context(), r.Method, m.url+path, bytes.NewReader(text))
		if err != nil {
			m.away(w)
			return
		}
		answer, err := m.http.Do(on)
		if err != nil {
			m.away(w)
			return
		}
		defer answer.Body.Close()
		back, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
		if err != nil {
			m.away(w)
			return
		}
		for _, name := range []string{"Content-Type", "Retry-After"} {
			if v := answer.Header.Get(name); v != "" {
				w.Header().Set(name, v)
			}
		}
		w.WriteHeader(answer.StatusCode)
		w.Write(back)
	}
}

// away answers that the server does not. The request may have been carried out.
func (m *Mirror) away(w http.ResponseWriter) {
	w.Header().Set("Retry-After", fmt.Sprint(int(again/time.Second)))
	send(w, http.StatusBadGateway, boardclient.Problem{Code: "unavailable", Reason: "the server does not answer", Do: "send the same again; it does no harm twice"})
}
