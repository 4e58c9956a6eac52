package prioritisation

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestMadeCodesAreForgottenInAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m madeCodes
		form := codesForm{vote: "V-0001-3", once: "x"}
		m.keep(form, []string{"code"})
		m.keep(codesForm{vote: "V-0001-3"}, []string{"made without a form"})
		time.Sleep(showAgain - time.Second)
		if len(m.again(form)) != 1 {
			t.Error("the codes are gone within the minute")
		}
		time.Sleep(2 * time.Second)
		if len(m.codes) != 0 {
			t.Errorf("still in memory: %v", m.codes)
		}
	})
}
