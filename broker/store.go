package broker

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// lockName is the file in a store directory that its broker holds locked.
const lockName = "intermodal.lock"

// probeSize is what must fit on the disk for a broker to start: it cannot keep
// its own accounts in less.
const probeSize = 64 << 10

// store is the directory of a broker's streams.
type store struct {
	dir       string
	temporary bool
	lock      *flock.Flock
}

// openStore makes and locks dir, or a temporary directory when dir is empty.
func openStore(dir string) (*store, error) {
	if dir == "" {
		dir, err := os.MkdirTemp("", "intermodal-")
		if err != nil {
			return nil, fmt.Errorf("broker: temporary store: %w: %w", ErrStoreUnwritable, err)
		}
		return &store{dir: dir, temporary: true}, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("broker: store %q: %w: %w", dir, ErrStoreUnwritable, err)
	}
	lock := flock.New(filepath.Join(dir, lockName))
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("broker: store %q: %w: %w", dir, ErrStoreUnwritable, err)
	}
	s := &store{dir: dir, lock: lock}
	if !held {
		return nil, fmt.Errorf("broker: store %q: %w", dir, errors.Join(ErrStoreInUse, lock.Close()))
	}
	if err := probe(dir); err != nil {
		return nil, fmt.Errorf("broker: store %q: %w: %w", dir, ErrStoreUnwritable, errors.Join(err, s.close()))
	}
	return s, nil
}

// probe writes to dir what a broker needs at least, to find a full disk before
// a publisher does.
func probe(dir string) error {
	f, err := os.CreateTemp(dir, ".probe-")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, probeSize))
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name()))
}

func (s *store) close() error {
	if s == nil {
		return nil
	}
	if s.temporary {
		return os.RemoveAll(s.dir)
	}
	return s.lock.Close()
}
