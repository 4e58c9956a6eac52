package prioritisation_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
)

// world is a programme whose consultation and preference exercise are open.
type world struct {
	db           *store.DB
	consultation *consultation.Service
	service      *prioritisation.Service
	programme    *programme.Programme
	coordinator  accounts.Actor
}

func newWorld(t *testing.T, db *store.DB) world {
	t.Helper()
	ctx := context.Background()
	pack, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	programmes := programme.NewService(db)
	w := world{db: db, consultation: consultation.NewService(db, programmes, pack)}
	w.service = prioritisation.NewService(db, w.consultation)
	p, err := programmes.Create(ctx, accounts.Actor{Person: "admin", Admin: true},
		programme.Foundation{Slug: "marrakech", Territory: "07.351", PackVersion: pack.Version(), Name: i18n.Text{Ar: "عمالة مراكش"}})
	if err != nil {
		t.Fatal(err)
	}
	w.coordinator = accounts.Actor{Programme: p.ID, Person: "coordinator", Grants: []accounts.Grant{{Role: accounts.Coordinator}}, Within: pack.Within}
	if _, err := programmes.BeginCycle(ctx, w.coordinator, i18n.Text{Ar: "الدورة الأولى"}, ""); err != nil {
		t.Fatal(err)
	}
	for _, stage := range []programme.Stage{programme.Consultation, programme.Prioritisation} {
		if _, err := programmes.OpenPhase(ctx, w.coordinator, programme.Phase{Cycle: 1, Stage: stage,
			OpensAt: db.Now().Add(-time.Hour), ClosesAt: db.Now().Add(time.Hour)}, ""); err != nil {
			t.Fatal(err)
		}
	}
	if w.programme, err = programmes.ByID(ctx, p.ID); err != nil {
		t.Fatal(err)
	}
	return w
}

// proposal takes a proposal all the way to eligibility.
func (w world) proposal(t *testing.T, title string) string {
	t.Helper()
	ctx := context.Background()
	reason := i18n.Text{Ar: "المقترح من اختصاص الجماعة ووعاؤه العقاري متوفر"}
	number, err := w.consultation.SubmitProposal(ctx, w.coordinator, consultation.ProposalDraft{
		Title: i18n.Text{Ar: title}, Body: "نطلب إنجاز هذا المشروع بالدوار في أقرب وقت ممكن", Lang: "ar",
		College: "citizens", Units: []string{"07.351.03.11"}, Axis: "water", Channel: consultation.Paper})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func(version int64) error{
		func(v int64) error { return w.consultation.PublishProposal(ctx, w.coordinator, number, v, "") },
		func(v int64) error {
			return w.consultation.AnswerProposal(ctx, w.coordinator, consultation.AnswerDraft{Number: number, Version: v,
				Decision: consultation.Retained, Sentence: i18n.Text{Ar: "احتُفظ بالمقترح للدراسة"}, Reason: reason})
		},
		func(v int64) error {
			return w.consultation.ScreenProposal(ctx, w.coordinator, consultation.ScreeningDraft{Number: number, Version: v, Result: consultation.Passed, Motive: reason})
		},
		func(v int64) error {
			return w.consultation.EstimateProposal(ctx, w.coordinator, number, v, 100_000_000, "")
		},
	} {
		p, err := w.consultation.WorkProposal(ctx, w.coordinator, number)
		if err != nil {
			t.Fatal(err)
		}
		if err := step(p.Version); err != nil {
			t.Fatal(err)
		}
	}
	return number
}

// vote freezes a vote of three options under 40 million dirhams.
func (w world) vote(t *testing.T, closes time.Time, sizes map[string]int) (number string, options []string, codes map[string][]string) {
	t.Helper()
	number, options, codes = w.draft(t, closes, sizes)
	if err := w.service.FreezeCharter(context.Background(), w.coordinator, number, w.load(t, number).Version, ""); err != nil {
		t.Fatal(err)
	}
	return number, options, codes
}

// draft prepares that vote, with its codes.
func (w world) draft(t *testing.T, closes time.Time, sizes map[string]int) (number string, options []string, codes map[string][]string) {
	t.Helper()
	ctx := context.Background()
	number, err := w.service.CreateVote(ctx, w.coordinator, prioritisation.VoteDraft{Cycle: 1, Title: i18n.Text{Ar: "استشارة"}, Question: i18n.Text{Ar: "بأي المشاريع نبدأ؟"},
		Budget: 40_000_000_00, OpensAt: w.db.Now().Add(-time.Minute), ClosesAt: closes})
	if err != nil {
		t.Fatal(err)
	}
	for i, cost := range []int64{20_000_000_00, 15_000_000_00, 30_000_000_00} {
		o, err := w.service.AddOption(ctx, w.coordinator, prioritisation.OptionDraft{Vote: number, Proposal: w.proposal(t, fmt.Sprint("مشروع رقم ", i)),
			Title: i18n.Text{Ar: "مشروع"}, Cost: cost, Units: []string{"07.351.03.11"}})
		if err != nil {
			t.Fatal(err)
		}
		options = append(options, o)
	}
	codes = map[string][]string{}
	for college, n := range sizes {
		if codes[college], err = w.service.MakeCodes(ctx, w.coordinator, w.programme, number, college, n, ""); err != nil {
			t.Fatal(err)
		}
	}
	return number, options, codes
}

func (w world) load(t *testing.T, number string) prioritisation.Vote {
	t.Helper()
	v, err := w.service.Vote(context.Background(), w.programme.ID, number)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAVoteFromCodesToPublishedResult(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		closes := db.Now().Add(8 * time.Second)
		number, options, codes := w.vote(t, closes, map[string]int{"citizens": 30, "civil": 12, "elected": 4})

		var group sync.WaitGroup
		receipts := make([]prioritisation.Receipt, 25)
		for i := range receipts {
			receipts[i] = prioritisation.NewReceipt()
			basket := []string{options[i%2], options[1]}
			group.Go(func() {
				for range 2 { // the second time is a doubled click, or an answer that was lost
					if err := w.service.CastBallot(ctx, w.programme.ID, number, codes["citizens"][i], receipts[i], basket); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for i := range 2 {
			group.Go(func() {
				if err := w.service.CastBallot(ctx, w.programme.ID, number, codes["elected"][i], prioritisation.NewReceipt(), options[:1]); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if classes, err := w.service.Classes(ctx, w.programme.ID, w.load(t, number)); err != nil || classes[0].Cast != -1 {
			t.Errorf("a running count by class is told: %+v, %v", classes, err)
		}
		time.Sleep(time.Until(closes) + 20*time.Millisecond)
		if err := w.service.Tick(ctx); err != nil {
			t.Fatal(err)
		}
		w.checkClosed(t, number, 27, receipts[0])
		w.publish(t, number)
	})
}

// checkClosed looks at what is published after the closing.
func (w world) checkClosed(t *testing.T, number string, ballots int, receipt prioritisation.Receipt) {
	t.Helper()
	ctx := context.Background()
	v := w.load(t, number)
	if v.State != prioritisation.Closed {
		t.Fatalf("the vote is %s after its time", v.State)
	}
	keys, err := w.service.BallotKeys(ctx, w.programme.ID, number)
	if err != nil || len(keys) != ballots {
		t.Fatalf("%d hashes, want %d, %v", len(keys), ballots, err)
	}
	found := false
	for _, k := range keys {
		found = found || prioritisation.BallotNumber(k) == receipt.Number
	}
	if !found {
		t.Error("a voter does not find the ballot's number")
	}
	classes, err := w.service.Classes(ctx, w.programme.ID, v)
	if err != nil {
		t.Fatal(err)
	}
	cast := 0
	for _, c := range classes {
		cast += c.Cast
		if len(classes) > 1 && c.Cast < prioritisation.ClassSize {
			t.Errorf("class %s of %d ballots stands apart", c.Name, c.Cast)
		}
	}
	if cast != ballots {
		t.Errorf("%d ballots by class, want %d", cast, ballots)
	}
	var left int
	if err := w.db.Read().QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM ballot) + (SELECT COUNT(*) FROM credential)`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows stay in the tables of the open vote, %v", left, err)
	}
}

func (w world) publish(t *testing.T, number string) {
	t.Helper()
	ctx := context.Background()
	if err := w.service.Tally(ctx, w.coordinator, number, ""); !fault.Is(err, fault.Closed) {
		t.Errorf("a tally before the draw: %v", err)
	}
	if err := w.service.DrawSeed(ctx, w.coordinator, number, "مراكش 7 3 9", w.load(t, number).Version, ""); err != nil {
		t.Fatal(err)
	}
	if err := w.service.Tally(ctx, w.coordinator, number, ""); err != nil {
		t.Fatal(err)
	}
	if err := w.service.PublishResult(ctx, w.coordinator, number, w.load(t, number).Version, ""); err != nil {
		t.Fatal(err)
	}
	v := w.load(t, number)
	if v.State != prioritisation.Published || len(v.Outcome.Selected) != 2 || v.Outcome.Hash() != v.OutcomeHash {
		t.Errorf("published %s, selected %v, hash kept %v", v.State, v.Outcome.Selected, v.Outcome.Hash() == v.OutcomeHash)
	}
}

func TestABallotIsRefusedWhereItDoesNotBelong(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		number, options, codes := w.vote(t, db.Now().Add(time.Hour), map[string]int{"citizens": 10})
		used, receipt := codes["citizens"][0], prioritisation.NewReceipt()
		if err := w.service.CastBallot(ctx, w.programme.ID, number, used, receipt, options[:1]); err != nil {
			t.Fatal(err)
		}
		fresh := codes["citizens"][1]
		foreign := accounts.FormatCode(accounts.NewSecret(accounts.CodeBytes))
		mistyped := strings.Map(func(r rune) rune {
			if r == rune(fresh[0]) {
				return '0' + (r+1)%10
			}
			return r
		}, fresh)
		cases := []struct {
			name, code string
			receipt    prioritisation.Receipt
			basket     []string
			want       string
		}{
			{"used code", used, prioritisation.NewReceipt(), options[:1], "prioritisation.error.used_code"},
			{"unknown code", foreign, prioritisation.NewReceipt(), options[:1], "prioritisation.error.unknown_code"},
			{"mistyped code", mistyped, prioritisation.NewReceipt(), options[:1], "prioritisation.error.bad_code"},
			{"empty basket", fresh, prioritisation.NewReceipt(), nil, "prioritisation.error.empty_basket"},
			{"over the budget", fresh, prioritisation.NewReceipt(), options, "prioritisation.error.over_budget"},
			{"foreign option", fresh, prioritisation.NewReceipt(), []string{"O-9999-9"}, "fault.unknown_choice"},
			{"receipt of another ballot", fresh, receipt, options[1:2], "prioritisation.error.unknown_code"},
		}
		var group sync.WaitGroup
		for _, c := range cases {
			group.Go(func() {
				err := w.service.CastBallot(ctx, w.programme.ID, number, c.code, c.receipt, c.basket)
				var f *fault.Error
				if !errors.As(err, &f) || f.Key != c.want {
					t.Errorf("%s: %v, want %s", c.name, err, c.want)
				}
			})
		}
		group.Wait()
		if _, err := w.service.AddOption(ctx, w.coordinator, prioritisation.OptionDraft{Vote: number, Proposal: w.proposal(t, "مشروع متأخر"),
			Title: i18n.Text{Ar: "مشروع"}, Cost: 1, Units: []string{"07.351.03.11"}}); !fault.Is(err, fault.Closed) {
			t.Errorf("an option after the freezing: %v", err)
		}
	})
}

// TestNothingLinksAVoterToABallot looks for what must not be beside a ballot: in
// the tables, and on the log while the vote is open.
func TestNothingLinksAVoterToABallot(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		number, options, codes := w.vote(t, db.Now().Add(time.Hour), map[string]int{"citizens": 12})
		before, err := db.Head(ctx, w.programme.ID)
		if err != nil {
			t.Fatal(err)
		}
		receipt := prioritisation.NewReceipt()
		if err := w.service.CastBallot(ctx, w.programme.ID, number, codes["citizens"][0], receipt, options[:1]); err != nil {
			t.Fatal(err)
		}
		after, err := db.Head(ctx, w.programme.ID)
		if err != nil || after.Size != before.Size {
			t.Errorf("casting a ballot added %d leaves, %v", after.Size-before.Size, err)
		}
		if err := w.service.Tick(ctx); err != nil { // logs the first count
			t.Fatal(err)
		}
		list, err := db.Changes(ctx, w.programme.ID, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			all := string(c.Public.Body) + string(c.Text.Body) + string(c.Person.Body) + c.Subject
			for _, secret := range append([]string{receipt.Secret, receipt.Number}, codes["citizens"]...) {
				if strings.Contains(all, secret) {
					t.Fatalf("leaf %d holds a secret: %s", c.N, all)
				}
			}
		}
		last := list[len(list)-1]
		if last.Kind != prioritisation.ChangeCounted || strings.Contains(string(last.Public.Body), options[0]) {
			t.Errorf("the last leaf is %s: %s", last.Kind, last.Public.Body)
		}
		rows, err := db.Read().QueryContext(ctx, `SELECT * FROM ballot`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil || strings.Join(columns, " ") != "programme_id vote key class content" {
			t.Errorf("a ballot's row holds %v, %v", columns, err)
		}
	})
}
