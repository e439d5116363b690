package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"syscall"
)

// logger hands what the server tells to slog and keeps the first fatal
// message: it is the only place where the server says why it does not start.
type logger struct {
	out *slog.Logger

	mu    sync.Mutex
	fatal error
}

func (l *logger) Noticef(format string, v ...any) { l.log(slog.LevelInfo, format, v) }
func (l *logger) Warnf(format string, v ...any)   { l.log(slog.LevelWarn, format, v) }
func (l *logger) Errorf(format string, v ...any)  { l.log(slog.LevelError, format, v) }
func (l *logger) Debugf(format string, v ...any)  { l.log(slog.LevelDebug, format, v) }
func (l *logger) Tracef(format string, v ...any)  { l.log(slog.LevelDebug, format, v) }

// Fatalf does not end the process: Start returns the error instead.
func (l *logger) Fatalf(format string, v ...any) {
	l.log(slog.LevelError, format, v)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fatal == nil {
		l.fatal = fatalError(format, v)
	}
}

func (l *logger) log(level slog.Level, format string, v []any) {
	if ctx := context.Background(); l.out != nil && l.out.Enabled(ctx, level) {
		l.out.Log(ctx, level, fmt.Sprintf(format, v...))
	}
}

func (l *logger) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fatal
}

// fatalError makes an error of the server's last words, with the cause that is
// among their arguments.
func fatalError(format string, v []any) error {
	for _, arg := range v {
		cause, ok := arg.(error)
		switch {
		case ok && portInUse(cause):
			return fmt.Errorf("%w: %w", ErrPortInUse, cause)
		case ok:
			return &serverError{text: fmt.Sprintf(format, v...), cause: cause}
		}
	}
	return &serverError{text: fmt.Sprintf(format, v...)}
}

// serverError is what the server said, with its cause where it named one.
type serverError struct {
	text  string
	cause error
}

func (e *serverError) Error() string { return e.text }
func (e *serverError) Unwrap() error { return e.cause }

// windowsAddrInUse is WSAEADDRINUSE, which package syscall has no name for.
const windowsAddrInUse = syscall.Errno(10048)

func portInUse(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || runtime.GOOS == "windows" && errors.Is(err, windowsAddrInUse)
}
