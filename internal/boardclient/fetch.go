package boardclient

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"bevote/verifier/election"
	"bevote/verifier/record"
)

// ErrOtherPolicy is the error of a server whose policy is not that of the link.
var ErrOtherPolicy = errors.New("the server has another policy than the link says")

// ParseLink splits the link of an election, as it is passed on:
//
//	https://HOST[/PATH]#bvp1…     the server, and the policy's id
func ParseLink(link string) (url, policy string, err error) {
	url, policy, ok := strings.Cut(link, "#")
	if !ok || !strings.HasPrefix(policy, "bvp1") || !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") {
		return "", "", errors.New("want http(s)://HOST#bvp1…, the server and the policy's id")
	}
	return strings.TrimRight(url, "/"), policy, nil
}

// Fetch returns policy.bev and contract.json of a server. Their election is loaded, which
// lifts the contract; the policy has to have the id. Nothing else of a server is believed.
func Fetch(ctx context.Context, client *http.Client, url, policy string) (e *election.Election, policyText, contractText []byte, err error) {
	if client == nil {
		client = newHTTP()
	}
	c := &Client{http: client}
	if policyText, err = c.text(ctx, url, record.Policy); err != nil {
		return nil, nil, nil, err
	}
	if contractText, err = c.text(ctx, url, record.Contract); err != nil {
		return nil, nil, nil, err
	}
	if e, err = election.Load(policyText, contractText); err != nil {
		return nil, nil, nil, fmt.Errorf("%s: %w", url, err)
	}
	if id := e.Policy.ID(); id != policy {
		return nil, nil, nil, fmt.Errorf("%w: it has %s", ErrOtherPolicy, id)
	}
	return e, policyText, contractText, nil
}

// text fetches one of a record's short files.
func (c *Client) text(ctx context.Context, url, name string) ([]byte, error) {
	answer, err := c.get(ctx, url+"/"+name, 0)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, &Unreachable{url, fmt.Errorf("%s: answer %d", name, answer.StatusCode)}
	}
	most, _ := record.Cap(name)
	text, err := readAll(answer.Body, most)
	if err != nil {
		return nil, unreachable(ctx, url, err)
	}
	return text, nil
}
