package boardserver

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"bevote/internal/durable"
)

// maxMail is the longest sealed message, in bytes: a registration has a few hundred.
const maxMail = 16 << 10

// sealedBy begins every file of age.
const sealedBy = "age-encryption.org/v1\n"

// spool keeps sealed messages to the supervisor, each in a file that is named by its hash.
// The supervisor reads them there; the server cannot.
type spool struct {
	dir  string
	most int

	mu    sync.Mutex
	count int
}

// openSpool makes the directory, for four messages a voter and a thousand more.
func openSpool(dir string, voters int) (*spool, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := durable.SyncDirectory(filepath.Dir(dir)); err != nil {
		return nil, err
	}
	files, err := os.ReadDir(dir)
	return &spool{dir: dir, most: 4*voters + 1000, count: len(files)}, err
}

var errMailFull = errors.New("there is no room for more mail")

// keep writes a message. The same message again changes nothing.
func (p *spool) keep(text []byte) (name string, err error) {
	sum := sha256.Sum256(text)
	name = hex.EncodeToString(sum[:]) + ".age"
	p.mu.Lock()
	defer p.mu.Unlock()
	path := filepath.Join(p.dir, name)
	if _, err := os.Stat(path); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return name, err
	}
	if p.count >= p.most {
		return "", errMailFull
	}
	if err := durable.WriteFile(path, text, 0o600); err != nil {
		return "", err
	}
	p.count++
	return name, nil
}

// postMail takes one sealed message.
func (s *Server) postMail(w http.ResponseWriter, r *http.Request) {
	text, ok := s.limits.body(w, r, maxMail)
	if !ok {
		return
	}
	if !bytes.HasPrefix(text, []byte(sealedBy)) {
		send(w, http.StatusUnprocessableEntity, Problem{Code: "mail", Reason: "it is not sealed by age", Do: "seal it to the address of GET /mail.json"})
		return
	}
	name, err := s.mail.keep(text)
	switch {
	case errors.Is(err, errMailFull):
		send(w, http.StatusInsufficientStorage, Problem{Code: "mail", Reason: err.Error(), Do: "tell the supervisor in another way"})
	case err != nil:
		s.message("mail was not written: %v", err)
		w.Header().Set("Retry-After", "2")
		send(w, http.StatusServiceUnavailable, Problem{Code: "unavailable", Reason: "the server cannot write", Do: "send the same message again"})
	default:
		send(w, http.StatusOK, map[string]string{"mail": name})
	}
}
