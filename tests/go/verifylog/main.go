// Verifylog reads a served log with the Go project's own libraries and none of ours: it opens the checkpoint with
// x/mod/sumdb/note, hashes every entry, and lets x/mod/sumdb/tlog prove each of them, and an older tree, from the tiles.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	maxFile    = 32 << 20
)

var client = &http.Client{Timeout: 30 * time.Second}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: verifylog URL VERIFIER-KEY")
		os.Exit(2)
	}
	size, err := verify(strings.TrimSuffix(os.Args[1], "/"), os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "FAILED:", err)
		os.Exit(1)
	}
	fmt.Printf("OK: %d entries, each proven\n", size)
}

func verify(url, key string) (int64, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return 0, fmt.Errorf("verifier key: %w", err)
	}
	signed, err := fetch(url + "/checkpoint")
	if err != nil {
		return 0, err
	}
	checkpoint, _, _, err := log.ParseCheckpoint(signed, verifier.Name(), verifier)
	if err != nil {
		return 0, fmt.Errorf("checkpoint: %w", err)
	}
	tree := tlog.Tree{N: int64(checkpoint.Size), Hash: tlog.Hash(checkpoint.Hash)}
	// It compares every tile with the root before it uses a hash of it.
	hashes := tlog.TileHashReader(tree, tiles(url))
	if err := proveEntries(url, tree, hashes); err != nil {
		return 0, err
	}
	return tree.N, proveOlderTrees(tree, hashes)
}

func proveEntries(url string, tree tlog.Tree, hashes tlog.HashReader) error {
	for first := int64(0); first < tree.N; first += tileWidth {
		width := min(tileWidth, tree.N-first)
		bundle, err := fetch(url + "/tile/entries/" + number(first/tileWidth, width))
		if err != nil {
			return err
		}
		for index := first; index < first+width; index++ {
			var entry []byte
			if entry, bundle, err = next(bundle); err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				return fmt.Errorf("proof of entry %d: %w", index, err)
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
		}
		if len(bundle) != 0 {
			return fmt.Errorf("bundle %d has %d bytes too many", first/tileWidth, len(bundle))
		}
	}
	return nil
}

func proveOlderTrees(tree tlog.Tree, hashes tlog.HashReader) error {
	for _, older := range []int64{1, tree.N / 3, tree.N / 2, tree.N - 1} {
		if older < 1 {
			continue
		}
		root, err := tlog.TreeHash(older, hashes)
		if err != nil {
			return fmt.Errorf("root at %d: %w", older, err)
		}
		proof, err := tlog.ProveTree(tree.N, older, hashes)
		if err != nil {
			return fmt.Errorf("proof from %d: %w", older, err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, older, root); err != nil {
			return fmt.Errorf("tree of %d: %w", older, err)
		}
	}
	return nil
}

func next(bundle []byte) (entry, rest []byte, err error) {
	if len(bundle) < 2 {
		return nil, nil, errors.New("the bundle ends too early")
	}
	length, rest := int(binary.BigEndian.Uint16(bundle)), bundle[2:]
	if len(rest) < length {
		return nil, nil, errors.New("the bundle ends too early")
	}
	return rest[:length], rest[length:], nil
}

// tiles reads tiles of hashes over HTTP.
type tiles string

func (url tiles) Height() int { return tileHeight }

func (url tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (url tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range wanted {
		path := fmt.Sprintf("/tile/%d/%s", tile.L, number(tile.N, int64(tile.W)))
		bytes, err := fetch(string(url) + path)
		if err != nil {
			return nil, err
		}
		read = append(read, bytes)
	}
	return read, nil
}

// number writes a tile's number and width as C2SP tlog-tiles does.
func number(n, width int64) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	if width < tileWidth {
		path += fmt.Sprintf(".p/%d", width)
	}
	return path
}

func fetch(url string) ([]byte, error) {
	answer, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var body bytes.Buffer
	if _, err := io.Copy(&body, io.LimitReader(answer.Body, maxFile)); err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	return body.Bytes(), nil
}
