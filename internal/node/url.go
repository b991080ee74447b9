package node

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// URL names a node and how to log in there:
//
//	btcd://user:password@host:port?cert=FILE           websocket over TLS
//	bitcoind://user:password@host:port                 HTTP POST
//	bitcoind://host:port?cookie=FILE                   HTTP POST, with the node's cookie
//
// cert is the node's certificate. Without it, the node's certificate must be signed by one of the
// system's certificate authorities.
type URL struct {
	scheme, host   string
	user, password string
	cert, cookie   string // file names
}

// The kinds of nodes, by URL scheme.
const (
	schemeBtcd     = "btcd"
	schemeBitcoind = "bitcoind"
)

// ParseURL reads a node's URL. Its errors do not repeat the text, which may hold a password.
func ParseURL(text string) (URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return URL{}, errors.New("not a URL; characters such as @ : / % in a password are written %40 %3A %2F %25")
	}
	if u.Scheme != schemeBtcd && u.Scheme != schemeBitcoind {
		return URL{}, errors.New("want btcd://user:password@host:port?cert=FILE or bitcoind://host:port?cookie=FILE")
	}
	n := URL{scheme: u.Scheme, host: u.Host, user: u.User.Username()}
	n.password, _ = u.User.Password()
	if host, port, err := net.SplitHostPort(u.Host); err != nil || host == "" || port == "" {
		return URL{}, fmt.Errorf("%s: want host:port after ://", n)
	}
	if strings.Trim(u.Path, "/") != "" || u.Fragment != "" || u.Opaque != "" {
		return URL{}, fmt.Errorf("%s: nothing but ?option=value may follow the port", n)
	}
	if err := n.options(u); err != nil {
		return URL{}, fmt.Errorf("%s: %w", n, err)
	}
	return n, n.complete()
}

// options reads the query of the URL. It refuses a repeated option.
func (n *URL) options(u *url.URL) error {
	given, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errors.New("malformed options after ?")
	}
	known := map[string]*string{"cert": &n.cert}
	if n.scheme == schemeBitcoind {
		known = map[string]*string{"cookie": &n.cookie}
	}
	for name, values := range given {
		into := known[name]
		if into == nil || len(values) != 1 || values[0] == "" {
			names := []string{}
			for k := range known {
				names = append(names, k+"=FILE")
			}
			slices.Sort(names)
			return fmt.Errorf("the one option is %s, once", strings.Join(names, ", "))
		}
		*into = values[0]
	}
	return nil
}

// complete checks that there is exactly one way to log in.
func (n *URL) complete() error {
	switch {
	case n.cookie != "" && n.user+n.password != "":
		return fmt.Errorf("%s: both a cookie and a user", n)
	case n.cookie == "" && (n.user == "" || n.password == ""):
		return fmt.Errorf("%s: nothing to log in with: want user:password@ before the host%s", n,
			map[string]string{schemeBitcoind: ", or ?cookie=FILE"}[n.scheme])
	}
	return nil
}

// String returns the URL without user, password and files.
func (n URL) String() string { return n.scheme + "://" + n.host }
