package demo

import (
	"sync"
	"time"
)

// Clock is the time of the demonstration: it stands where the story is until
// Release, and is the real time afterwards.
type Clock struct {
	mu   sync.Mutex
	at   time.Time
	real bool
}

// NewClock makes a clock that stands at the story's beginning.
func NewClock(at time.Time) *Clock { return &Clock{at: at} }

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.real {
		return time.Now()
	}
	return c.at
}

// Set moves the clock on; it never goes back.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.at) {
		c.at = at
	}
}

// Release lets the clock run with the real time.
func (c *Clock) Release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.real = true
}

// Hold stops the clock at a time, before a story is played.
func (c *Clock) Hold(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.real = at, false
}
