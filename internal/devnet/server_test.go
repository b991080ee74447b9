package devnet_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bevote/internal/devnet"
)

// server is a devnet that is served.
type server struct {
	*devnet.Devnet
	t                   testing.TB
	url, user, password string
}

func serve(t testing.TB) *server { return serveDir(t, t.TempDir()) }

func serveDir(t testing.TB, dir string) *server {
	t.Helper()
	s := &server{Devnet: open(t, dir), t: t}
	t.Cleanup(s.Close)
	text, err := os.ReadFile(filepath.Join(dir, ".cookie"))
	if err != nil {
		t.Fatal(err)
	}
	s.user, s.password, _ = strings.Cut(string(text), ":")
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	s.url = web.URL
	return s
}

// post sends a body and returns status and answer.
func (s *server) post(body string) (int, string) {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.url, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.SetBasicAuth(s.user, s.password)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	var text bytes.Buffer
	_, _ = text.ReadFrom(response.Body)
	return response.StatusCode, strings.TrimSpace(text.String())
}

// call makes a call and returns its result or the error, as JSON.
func (s *server) call(method string, params ...any) string {
	s.t.Helper()
	if params == nil {
		params = []any{}
	}
	body, err := json.Marshal(map[string]any{"id": 1, "method": method, "params": params})
	if err != nil {
		s.t.Fatal(err)
	}
	_, text := s.post(string(body))
	var out struct{ Result, Error json.RawMessage }
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		s.t.Fatalf("%s: %q", method, text)
	}
	if string(out.Error) != "null" {
		return string(out.Error)
	}
	return string(out.Result)
}

// regtestAddress is P2PKH of a key without a known secret.
const regtestAddress = "mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8"

// TestDialect: status codes, error codes and results are those of Bitcoin Core.
func TestDialect(t *testing.T) {
	s := serve(t)
	for _, row := range []struct {
		body   string
		status int
		want   string
	}{
		{`{"id":7,"method":"getblockcount","params":[]}`, 200, `{"result":101,"error":null,"id":7}`},
		{`{"id":"x","method":"getblockhash","params":[102]}`, 500, `{"result":null,"error":{"code":-8,"message":"Block height out of range"},"id":"x"}`},
		{`{"id":1,"method":"getblockhash","params":["a"]}`, 500, `"code":-3`},
		{`{"id":1,"method":"nothing"}`, 404, `{"result":null,"error":{"code":-32601,"message":"Method not found"},"id":1}`},
		{`{"id":1,"method":"getblock","params":["` + strings.Repeat("0", 64) + `"]}`, 500, `"code":-5`},
		{`{"id":1,"method":"getblock","params":["00"]}`, 500, `"code":-8`},
		{`{"id":1,"method":"sendrawtransaction","params":["00"]}`, 500, `"code":-22`},
		{`{"id":1,"method":"sendtoaddress","params":["1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",1]}`, 500, `"code":-5`},
		{`{"id":1,"method":"sendtoaddress","params":["` + regtestAddress + `",-1]}`, 500, `"code":-3`},
		{`{"id":1,"method":"generatetoaddress","params":[-1,"` + regtestAddress + `"]}`, 500, `"code":-8`},
		{`{"id":1,"method":"gettxout","params":["` + strings.Repeat("0", 64) + `",0]}`, 200, `{"result":null,"error":null,"id":1}`},
		{`not JSON`, 500, `"code":-32700`},
		{`[1`, 500, `"code":-32700`},
		{`[]`, 200, `[]`},
		{`[{"id":1,"method":"getblockcount"},{"id":2,"method":"nothing"}]`, 200, `{"result":101,"error":null,"id":1},{"result":null,"error":{"code":-32601`},
	} {
		status, text := s.post(row.body)
		if status != row.status || !strings.Contains(text, row.want) {
			t.Errorf("%s: status %d, %s; want %d, %s", row.body, status, text, row.status, row.want)
		}
	}
	s.password += "x"
	if status, text := s.post(`{"id":7,"method":"getblockcount"}`); status != 401 || text != "" {
		t.Errorf("a wrong password: status %d, %q", status, text)
	}
	response, err := http.Get(s.url)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 405 {
		t.Errorf("GET: status %d", response.StatusCode)
	}
}

// TestMethods: what waits, what is mined, what was taken back.
func TestMethods(t *testing.T) {
	s := serve(t)
	want := func(parts string, method string, params ...any) string {
		t.Helper()
		got := s.call(method, params...)
		for part := range strings.SplitSeq(parts, " & ") {
			if !strings.Contains(got, part) {
				t.Errorf("%s%v: %s, want %s", method, params, got, part)
			}
		}
		return got
	}
	id := strings.Trim(want("", "sendtoaddress", regtestAddress, 0.5), `"`)
	want(`["`+id+`"]`, "getrawmempool")
	want(`"confirmations":0 & "value":0.5`, "gettxout", id, 0)
	want("null", "gettxout", id, 0, false)
	raw := strings.Trim(want("", "getrawtransaction", id), `"`)
	want(`"`+id+`"`, "sendrawtransaction", raw) // again
	var hashes []string
	if err := json.Unmarshal([]byte(want("", "generatetoaddress", 2, regtestAddress)), &hashes); err != nil || len(hashes) != 2 {
		t.Fatalf("%v, %v", hashes, err)
	}
	want("[]", "getrawmempool")
	want(`"confirmations":2 & "coinbase":false`, "gettxout", id, 0)
	want(`"code":-27`, "sendrawtransaction", raw)
	want(`"height":102 & "confirmations":2 & "`+id+`"`, "getblock", hashes[0])
	want(`"height":103 & "nTx":1`, "getblockheader", hashes[1])
	want(`"blocks":103 & "chain":"regtest" & "pruned":false`, "getblockchaininfo")
	want("null", "invalidateblock", hashes[0])
	want("101", "getblockcount")
	want(`["`+id+`"]`, "getrawmempool")
	want(`"height":102 & "confirmations":-1`, "getblockheader", hashes[0])
	want(`"code":-5`, "invalidateblock", hashes[0])
}
