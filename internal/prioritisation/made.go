package prioritisation

import (
	"maps"
	"sync"
	"time"
)

// showAgain is how long the codes of a form are shown again to the same form.
const showAgain = time.Minute

// codesForm is one press of the button that makes codes.
type codesForm struct{ programme, person, vote, college, once string }

// madeCodes keeps the codes of the last minute, because a browser shows the
// second answer of a doubled click, and codes nobody saw are codes lost. They
// stay in memory alone. Invitations are derived from a key and can be made again
// (accounts.issuedBefore); a voting code must not be: whoever has the key and a
// backup could tell which sheet each marked code was printed on, or vote for those
// who did not come.
type madeCodes struct {
	mu    sync.Mutex
	codes map[codesForm][]string
}

func (m *madeCodes) keep(form codesForm, codes []string) {
	if form.once == "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.codes == nil {
		m.codes = map[codesForm][]string{}
	}
	m.codes[form] = codes
	time.AfterFunc(showAgain, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.codes, form)
	})
}

// again gives the codes that a form made within showAgain.
func (m *madeCodes) again(form codesForm) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.codes[form]
}

// forget drops what a college's codes were: they are discarded.
func (m *madeCodes) forget(programme, vote, college string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.codes, func(f codesForm, _ []string) bool {
		return f.programme == programme && f.vote == vote && f.college == college
	})
}
