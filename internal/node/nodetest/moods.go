package nodetest

import (
	"net/http"
	"slices"
	"sync/atomic"
)

// Mood decides how a server answers an HTTP request of one method instead of by its blocks; nil means
// that it answers by them.
type Mood func(method string) *Answer

// Answer is a refusal. Where Status is set, the HTTP request has that status. Otherwise each call of it
// has the JSON-RPC error Code.
type Answer struct {
	Status int
	Header http.Header
	Body   string

	Code    int
	Message string
}

// The answers of Bitcoin Core, and of the proxies that stand before public nodes.
var (
	workQueue    = Answer{Status: http.StatusServiceUnavailable, Body: "Work queue depth exceeded"}
	rateLimit    = Answer{Status: http.StatusTooManyRequests, Body: `{"error":"rate limited"}`, Header: http.Header{"Retry-After": {"7"}}}
	forbidden    = Answer{Status: http.StatusForbidden}
	loginPage    = Answer{Status: http.StatusOK, Body: "<html>log in</html>\n<p>"}
	starting     = Answer{Code: -28, Message: "Loading block index…"}
	pruned       = Answer{Code: -1, Message: "Block not available (pruned data)"}
	unindexed    = Answer{Code: -1, Message: "Mempool lacks a relevant spend, and txospenderindex is unavailable."}
	noSuchMethod = Answer{Code: -32601, Message: "Method not found"}
)

// WorkQueueFull refuses each nth request with status 503.
func WorkQueueFull(n int32) Mood { return each(n, workQueue) }

// RateLimited refuses each nth request with status 429, which asks for a pause of 7 seconds.
func RateLimited(n int32) Mood { return each(n, rateLimit) }

// Starting refuses the first n requests, as a node does that loads its blocks.
func Starting(n int32) Mood {
	var requests atomic.Int32
	return func(string) *Answer {
		if requests.Add(1) <= n {
			return &starting
		}
		return nil
	}
}

// LoginPage answers every request with HTML.
func LoginPage() Mood { return each(1, loginPage) }

// Whitelist forbids all methods but these, by rpcwhitelist.
func Whitelist(methods ...string) Mood {
	return func(method string) *Answer {
		if slices.Contains(methods, method) {
			return nil
		}
		return &forbidden
	}
}

// Pruned has no blocks.
func Pruned() Mood { return only("getblock", pruned) }

// IndexUnfinished cannot tell yet which transactions spend an outpoint.
func IndexUnfinished() Mood { return only("gettxspendingprevout", unindexed) }

// Refusing answers calls of one method with an error.
func Refusing(method string, code int, message string) Mood {
	return only(method, Answer{Code: code, Message: message})
}

// Lacking has not this method.
func Lacking(method string) Mood { return only(method, noSuchMethod) }

// each gives the answer to each nth request.
func each(n int32, a Answer) Mood {
	var requests atomic.Int32
	return func(string) *Answer {
		if requests.Add(1)%n == 0 {
			return &a
		}
		return nil
	}
}

// only gives the answer to calls of one method.
func only(method string, a Answer) Mood {
	return func(m string) *Answer {
		if m == method {
			return &a
		}
		return nil
	}
}
