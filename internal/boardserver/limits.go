package boardserver

import (
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// What one server bears. Everything else follows from the policy: no line is longer than the
// longest that the table of lines lets in.
const (
	maxConnections = 1024
	perAddress     = 64        // connections of one address
	smallBody      = 64 << 10  // bodies up to here need no room in the budget
	bodyBudget     = 256 << 20 // bytes of longer bodies that are being read
	perSecond      = 32 << 10  // bytes that a client sends or takes a second, at least
	patience       = 15 * time.Second
)

// limits counts what addresses hold.
type limits struct {
	perAddress int

	mu          sync.Mutex
	connections map[string]int
	waits       map[string]int
	all         int
	reserved    int64 // bytes of bodies
}

func newLimits(each int) *limits {
	if each == 0 {
		each = perAddress
	}
	return &limits{perAddress: each, connections: make(map[string]int), waits: make(map[string]int)}
}

// enter counts one more of an address, and reports false where there are too many.
func (l *limits) enter(counts map[string]int, address string, most int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if counts[address] >= most {
		return false
	}
	counts[address]++
	return true
}

func (l *limits) leave(counts map[string]int, address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if counts[address]--; counts[address] == 0 {
		delete(counts, address)
	}
}

// waiting counts a request that waits. A half of an address's connections may.
func (l *limits) waiting(r *http.Request) (leave func(), ok bool) {
	address := addressOf(r.RemoteAddr)
	if !l.enter(l.waits, address, (l.perAddress+1)/2) {
		return nil, false
	}
	return func() { l.leave(l.waits, address) }, true
}

func addressOf(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return remote
	}
	return host
}

// body reads a request's body of at most most bytes, or answers why it does not.
func (l *limits) body(w http.ResponseWriter, r *http.Request, most int64) ([]byte, bool) {
	switch {
	case r.ContentLength < 0:
		w.Header().Set("Connection", "close") // the body is not read
		send(w, http.StatusLengthRequired, Problem{Code: "request", Reason: "the length of the body is not said", Do: "send Content-Length"})
		return nil, false
	case r.ContentLength > most:
		w.Header().Set("Connection", "close")
		send(w, http.StatusRequestEntityTooLarge, Problem{Code: "request", Reason: "the body is longer than any that is taken"})
		return nil, false
	}
	if r.ContentLength > smallBody {
		if !l.reserve(r.ContentLength) {
			busy(w, "too many long lines are on their way")
			return nil, false
		}
		defer l.reserve(-r.ContentLength)
	}
	deadline := patience + time.Duration(r.ContentLength/perSecond)*time.Second
	control := http.NewResponseController(w)
	control.SetReadDeadline(time.Now().Add(deadline))
	text := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, text)
	control.SetReadDeadline(time.Time{})
	if err != nil {
		send(w, http.StatusBadRequest, Problem{Code: "request", Reason: "the body did not come whole"})
		return nil, false
	}
	return text, true
}

func (l *limits) reserve(n int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n > 0 && l.reserved+n > bodyBudget {
		return false
	}
	l.reserved += n
	return true
}

// bounded gives every answer time in proportion to its length, and a body that is not read
// no time.
func bounded(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if r.ContentLength != 0 {
			control.SetReadDeadline(time.Now().Add(patience))
		}
		h.ServeHTTP(&slow{w, control}, r)
	})
}

// slow is an answer to a client that may take it slowly, but not for ever.
type slow struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (s *slow) Write(p []byte) (int, error) {
	s.control.SetWriteDeadline(time.Now().Add(patience + time.Duration(len(p)/perSecond)*time.Second))
	return s.ResponseWriter.Write(p)
}

// WriteHeader is what an answer without a body ends with.
func (s *slow) WriteHeader(status int) {
	s.control.SetWriteDeadline(time.Now().Add(patience))
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.NewResponseController].
func (s *slow) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// HTTPServer returns an HTTP server with limits on headers and times.
func (s *Server) HTTPServer() *http.Server { return httpServer(s.Handler()) }

func httpServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: patience / 3, IdleTimeout: 4 * patience, MaxHeaderBytes: 8 << 10}
}

// Limit returns a listener that closes connections beyond the server's limits at once.
func (s *Server) Limit(l net.Listener) net.Listener { return &limited{l, s.limits} }

type limited struct {
	net.Listener
	limits *limits
}

// Accept returns the next connection that the limits allow.
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		address := addressOf(c.RemoteAddr().String())
		if l.limits.connect(address) {
			return &counted{Conn: c, leave: sync.OnceFunc(func() { l.limits.disconnect(address) })}, nil
		}
		c.Close()
	}
}

func (l *limits) connect(address string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all >= maxConnections || l.connections[address] >= l.perAddress {
		return false
	}
	l.all++
	l.connections[address]++
	return true
}

func (l *limits) disconnect(address string) {
	l.leave(l.connections, address)
	l.mu.Lock()
	l.all--
	l.mu.Unlock()
}

// counted is a connection that is counted until it is closed.
type counted struct {
	net.Conn
	leave func()
}

func (c *counted) Close() error {
	c.leave()
	return c.Conn.Close()
}
