// Witness cosigns the checkpoints of one log: C2SP tlog-witness in a few lines over other people's libraries, x/mod's
// sumdb/note and sumdb/tlog and transparency-dev's formats. It keeps nothing over a restart.
package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/transparency-dev/formats/log"
	cosign "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	mostRequest = 64 << 10
	patience    = 10 * time.Second
)

type witness struct {
	log    note.Verifier
	signer note.Signer
	mutex  sync.Mutex
	seen   tlog.Tree
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: witness LOG-VERIFIER-KEY")
		os.Exit(2)
	}
	if err := serve(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve says where it is and with which key it signs, on one line.
func serve(logKey string) error {
	verifier, err := note.NewVerifier(logKey)
	if err != nil {
		return err
	}
	secret, public, err := note.GenerateKey(rand.Reader, "witness.example/go")
	if err != nil {
		return err
	}
	signer, err := cosign.NewSignerForCosignatureV1(secret)
	if err != nil {
		return err
	}
	key, err := cosign.VKeyToCosignatureV1(public)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s %s\n", listener.Addr(), key)
	mux := http.NewServeMux()
	mux.Handle("POST /add-checkpoint", &witness{log: verifier, signer: signer})
	server := http.Server{Handler: mux, ReadTimeout: patience, WriteTimeout: patience}
	return server.Serve(listener)
}

func (w *witness) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(io.LimitReader(request.Body, mostRequest))
	if err != nil {
		return
	}
	head, signed, _ := strings.Cut(string(body), "\n\n")
	lines := strings.Split(head, "\n")
	old, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "old "), 10, 64)
	if err != nil {
		http.Error(answer, err.Error(), http.StatusBadRequest)
		return
	}
	checkpoint, _, _, err := log.ParseCheckpoint([]byte(signed), w.log.Name(), w.log)
	if err != nil {
		http.Error(answer, err.Error(), http.StatusForbidden)
		return
	}
	tree := tlog.Tree{N: int64(checkpoint.Size), Hash: tlog.Hash(checkpoint.Hash)}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if old != w.seen.N {
		answer.Header().Set("Content-Type", "text/x.tlog.size")
		answer.WriteHeader(http.StatusConflict)
		fmt.Fprintln(answer, w.seen.N)
		return
	}
	if err := w.grows(lines[1:], tree); err != nil {
		http.Error(answer, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.cosign(answer, signed, tree)
}

// grows lets x/mod/sumdb/tlog judge the proof that the tree continues the one that was seen.
func (w *witness) grows(lines []string, tree tlog.Tree) error {
	var proof tlog.TreeProof
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	if w.seen.N == 0 {
		return nil
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, w.seen.N, w.seen.Hash)
}

func (w *witness) cosign(answer http.ResponseWriter, signed string, tree tlog.Tree) {
	text, _, _ := strings.Cut(signed, "\n\n")
	signature, err := w.signer.Sign([]byte(text + "\n"))
	if err != nil {
		http.Error(answer, err.Error(), http.StatusInternalServerError)
		return
	}
	w.seen = tree
	line := binary.BigEndian.AppendUint32(nil, w.signer.KeyHash())
	fmt.Fprintf(answer, "\u2014 %s %s\n", w.signer.Name(), base64.StdEncoding.EncodeToString(append(line, signature...)))
}
