// Package devnet is a chain for trying: the embedded chain, kept in a directory, mined by itself, and
// served in the JSON-RPC dialect of Bitcoin Core.
//
// It promises that a block is on the disk before it is shown, and that a process which was killed at
// any moment goes on with all that it has shown, blocks and waiting transactions. Its money is worth
// nothing: coinbases pay to a script that needs no key, and the faucet gives them away.
package devnet

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"bevote/internal/durable"
	"bevote/internal/regtest"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// CookieFile is the file in a devnet's directory that has user and password, USER:PASSWORD.
const CookieFile = ".cookie"

// The other files of the directory. chain is made anew from the log at each start.
const (
	logFile  = "chain.log"
	chainDir = "chain"
)

// The lines of the log. The first is its begin, and each other is an event: a block that was
// connected, a transaction that the mempool took, a block that was taken back.
//
//	bevote devnet 1 regtest
//	block HEX
//	tx HEX
//	invalid HASH
const (
	begin       = "bevote devnet 1 regtest"
	blockLine   = "block"
	txLine      = "tx"
	invalidLine = "invalid"
)

// params is the one network that is served. Its blocks need no work.
var network = &chaincfg.RegressionNetParams

// firstBlocks is how many blocks a new devnet begins with: the coinbase of the first can be spent.
const firstBlocks = 101

// maxLine is the longest line of a log: a block in hex.
const maxLine = 2*wire.MaxBlockPayload + 64

// Devnet is a chain on the disk. Its methods may be called from several goroutines.
type Devnet struct {
	mu       sync.RWMutex // held to write by what changes chain or mempool, to read by what shows them
	chain    *regtest.Chain
	log      *durable.Log
	lock     *os.File
	now      func() time.Time
	user     string
	password string
	faucet   coins
}

// Options are the settings of a devnet. All are needed.
type Options struct {
	Random io.Reader        // for the password
	Now    func() time.Time // for the times of blocks
}

// Open continues the devnet in a directory, or begins one there. One process at a time has it open.
func Open(dir string, opt Options) (*Devnet, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	d := &Devnet{now: opt.Now, faucet: coins{known: make(map[wire.OutPoint]bool)}}
	var err error
	if d.lock, err = durable.Lock(dir); err != nil {
		return nil, err
	}
	if err = d.open(dir, opt.Random); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Close ends the chain. The log has all of it.
func (d *Devnet) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.chain != nil {
		d.chain.Close()
	}
	if d.log != nil {
		d.log.Close()
	}
	d.lock.Close()
}

func (d *Devnet) open(dir string, random io.Reader) error {
	if err := d.readCookie(filepath.Join(dir, CookieFile), random); err != nil {
		return err
	}
	index := filepath.Join(dir, chainDir)
	if err := os.RemoveAll(index); err != nil {
		return err
	}
	if err := os.Mkdir(index, 0o700); err != nil {
		return err
	}
	var err error
	if d.chain, err = regtest.New(index, network, faucetScript); err != nil {
		return err
	}
	f, err := durable.OpenFile(filepath.Join(dir, logFile), 0o600)
	if err != nil {
		return err
	}
	if d.log, _, err = durable.NewLog(f); err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", logFile, err)
	}
	if err := d.replay(); err != nil {
		return err
	}
	height, _ := d.chain.Tip()
	_, err = d.mine(max(0, firstBlocks-int(height)), faucetScript)
	return err
}

// readCookie reads user and password, USER:PASSWORD, or draws a password and writes them.
func (d *Devnet) readCookie(path string, random io.Reader) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		var secret [32]byte
		if _, err = io.ReadFull(random, secret[:]); err == nil {
			text = []byte("__cookie__:" + hex.EncodeToString(secret[:]))
			err = durable.WriteFile(path, text, 0o600)
		}
	}
	if err != nil {
		return err
	}
	var ok bool
	if d.user, d.password, ok = strings.Cut(strings.TrimSpace(string(text)), ":"); !ok || d.password == "" {
		return fmt.Errorf("%s: want USER:PASSWORD", path)
	}
	return nil
}

// replay carries out the events of the log, or begins an empty one.
func (d *Devnet) replay() error {
	if d.log.Size() == 0 {
		return d.append(begin)
	}
	lines := bufio.NewScanner(d.log.Reader())
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		var err error
		if n > 1 {
			err = d.event(lines.Text())
		} else if lines.Text() != begin {
			err = fmt.Errorf("want %q", begin)
		}
		if err != nil {
			return fmt.Errorf("%s: line %d: %w", logFile, n, err)
		}
	}
	return lines.Err()
}

// event carries out a line of the log. A transaction may be refused now: its block may be in a later
// line that took it past the mempool.
func (d *Devnet) event(line string) error {
	kind, text, _ := strings.Cut(line, " ")
	if kind == invalidLine {
		hash, err := chainhash.NewHashFromStr(text)
		if err != nil {
			return err
		}
		return d.chain.Invalidate(*hash)
	}
	raw, err := hex.DecodeString(text)
	if err != nil {
		return err
	}
	switch kind {
	case blockLine:
		block := new(wire.MsgBlock)
		if err := block.Deserialize(bytes.NewReader(raw)); err != nil {
			return err
		}
		return d.connect(block)
	case txLine:
		tx := new(wire.MsgTx)
		if err := tx.Deserialize(bytes.NewReader(raw)); err != nil {
			return err
		}
		if d.chain.Submit(tx) == nil {
			d.faucet.add(tx)
		}
		return nil
	}
	return errors.New("no event of a chain")
}

// append writes a line to the log and returns when it is on the disk.
func (d *Devnet) append(words ...string) error {
	return d.log.Append([]byte(strings.Join(words, " ") + "\n"))
}

// connect adds a block to the chain.
func (d *Devnet) connect(block *wire.MsgBlock) error {
	if err := d.chain.Add(block); err != nil {
		return err
	}
	for _, tx := range block.Transactions {
		d.faucet.add(tx)
	}
	return nil
}

// Mine adds n blocks, with the transactions that wait, and returns their hashes. They are of the time
// now, or of the first second that the rules allow.
func (d *Devnet) Mine(n int) ([]chainhash.Hash, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.mine(n, faucetScript)
}

// keep writes a block that the rules take to the log, and connects it.
func (d *Devnet) keep(block *wire.MsgBlock) error {
	var raw bytes.Buffer
	if err := block.Serialize(&raw); err != nil {
		return err
	}
	if err := d.append(blockLine, hex.EncodeToString(raw.Bytes())); err != nil {
		return err
	}
	return d.connect(block)
}

// mine adds n blocks that pay to an output script.
func (d *Devnet) mine(n int, payTo []byte) (hashes []chainhash.Hash, err error) {
	for range n {
		block, err := d.chain.Next(d.now(), payTo)
		if err != nil {
			return hashes, fmt.Errorf("mining: %w", err)
		}
		if err := d.keep(block); err != nil {
			return hashes, err
		}
		hashes = append(hashes, block.BlockHash())
	}
	return hashes, nil
}

// Submit offers a transaction to the mempool. Its error is a relay.Error, or the disk's.
func (d *Devnet) Submit(tx *wire.MsgTx) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.submit(tx)
}

func (d *Devnet) submit(tx *wire.MsgTx) error {
	if err := d.chain.Submit(tx); err != nil {
		return err
	}
	d.faucet.add(tx)
	var raw bytes.Buffer
	if err := tx.Serialize(&raw); err != nil {
		return err
	}
	return d.append(txLine, hex.EncodeToString(raw.Bytes()))
}

// Invalidate takes back a block of the chain and all above it: a reorganisation, once other blocks are
// mined. Their transactions wait again.
func (d *Devnet) Invalidate(hash chainhash.Hash) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.invalidate(hash)
}

func (d *Devnet) invalidate(hash chainhash.Hash) error {
	if err := d.chain.Invalidate(hash); err != nil {
		return err
	}
	return d.append(invalidLine, hash.String())
}

// Tip returns the height and the hash of the newest block, and how many transactions wait.
func (d *Devnet) Tip() (height uint32, hash chainhash.Hash, waiting int) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	height, hash = d.chain.Tip()
	return height, hash, d.chain.Pending()
}
