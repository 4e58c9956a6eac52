//go:build !unix

package store

import "os"

// fileLock holds the lock file open; systems without flock refuse a second exclusive create.
type fileLock struct {
	f    *os.File
	path string
}

func lockFile(path string) (processLock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		if os.IsExist(err) {
			return nil, ErrLocked
		}
		return nil, err
	}
	return fileLock{f, path}, nil
}

func (fileLock) lost() error { return nil }

func (l fileLock) release() error {
	if err := l.f.Close(); err != nil {
		return err
	}
	return os.Remove(l.path)
}
