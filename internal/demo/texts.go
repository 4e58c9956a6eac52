package demo

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/territory"
)

//go:embed texts/*.json
var files embed.FS

// texts are the demonstration's words, as texts/README.md describes them.
type texts struct {
	Programme     programmeText
	Meetings      []meetingText
	Contributions []contributionText
	Proposals     []proposalText
	Votes         struct{ Votes []voteText }
	Voters        struct{ Votes []votersText }
	Projects      projectsText
	Indicators    []indicatorText
	Statements    statementsText
}

func (t *texts) load() error {
	for name, to := range map[string]any{"programme": &t.Programme, "meetings": &t.Meetings, "contributions": &t.Contributions, "proposals": &t.Proposals,
		"options": &t.Votes, "voters": &t.Voters, "projects": &t.Projects, "indicators": &t.Indicators, "statements": &t.Statements} {
		data, err := files.ReadFile("texts/" + name + ".json")
		if err != nil {
			return err
		}
		if err := json.Unmarshal(data, to); err != nil {
			return fmt.Errorf("texts/%s.json: %w", name, err)
		}
	}
	return nil
}

// name is the programme's: that of its prefecture.
func (t *texts) name(pack *territory.Pack) i18n.Text {
	u, _ := pack.Unit(prefecture)
	return i18n.Text{Ar: "عمالة " + u.Name.Ar, Fr: "Préfecture de " + u.Name.Fr, En: "Prefecture of " + u.Name.Fr}
}

// authorities lists the organisations that report on projects.
func (t *texts) authorities() (keys []string) {
	for _, p := range t.Projects.Projects {
		keys = append(keys, p.MOA)
		if p.MOD != "" {
			keys = append(keys, p.MOD)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// act is something done on a day, with its reason.
type act struct {
	Day    int
	By     string
	Reason i18n.Text
}

type programmeText struct {
	Axes []struct {
		Key        string
		Name       i18n.Text
		Objectives []struct {
			Key   string
			Title i18n.Text
		}
	}
	Colleges []struct {
		Key         string
		Name, Short i18n.Text
		Vote        string
	}
	Cycles []struct {
		Number int64
		Name   i18n.Text
		Phases []struct {
			Stage    string
			OpenDay  int    `json:"open_day"`
			OpenAt   string `json:"open_at"`
			CloseDay *int   `json:"close_day"`
			CloseAt  string `json:"close_at"`
		}
	}
	Steps []struct {
		Title                      i18n.Text
		Stage                      string
		Day                        int
		EndDay                     int `json:"end_day"`
		Body, Documents, Signatory i18n.Text
	}
	Organisations []struct {
		Key, Kind string
		Name      i18n.Text
	}
}

type meetingText struct {
	Key            string
	Cycle          int64
	Kind           string
	Title, Place   i18n.Text
	Access, Chair  i18n.Text
	Unit           string
	Day            int
	Start, End     string
	InvitationsDay int `json:"invitations_day"`
	Colleges       []string
	Agenda         []struct {
		Minutes int
		Title   i18n.Text
	}
}

type contributionText struct {
	Key           string
	Meeting       string
	Day           int
	At            string
	Raw           string
	RawLang       string `json:"raw_lang"`
	Reformulation string
	Kind          string
	College       string
	Commune       string
	Axis          string
	Channel       string
	Scribe        bool
	Table         int
	Origin        i18n.Text
	SetAside      *act `json:"set_aside"`
	Withdrawn     *act
	Hidden        *act
}

type proposalText struct {
	Key      string
	Cycle    int64
	Day      int
	At       string
	Title    i18n.Text
	Body     string
	BodyLang string `json:"body_lang"`
	Axis     string
	Communes []string
	From     []string
	Channel  string
	State    string
	Answers  []struct {
		act
		Decision   string
		Sentence   i18n.Text
		MergedInto string    `json:"merged_into"`
		ReferredTo string    `json:"referred_to"`
		DeferredTo i18n.Text `json:"deferred_to"`
	}
	EstimateMDH float64 `json:"estimate_mdh"`
}

type voteText struct {
	Key        string
	Cycle      int64
	Title      i18n.Text
	Budget     int64
	OpenDay    int    `json:"open_day"`
	OpenAt     string `json:"open_at"`
	CloseDay   int    `json:"close_day"`
	CloseAt    string `json:"close_at"`
	PublishDay int    `json:"publish_day"`
	PublishAt  string `json:"publish_at"`
	TieSeed    string `json:"tie_seed"`
	Charter    struct{ Question i18n.Text }
	Options    []struct {
		Key             string
		Title           i18n.Text
		Cost            int64
		Communes        []string
		FromProposals   []string  `json:"from_proposals"`
		ServicesOpinion i18n.Text `json:"services_opinion"`
		Description     i18n.Text
	}
}

type votersText struct {
	Vote   string
	Issued map[string]int
	Cast   map[string]int
	Groups []struct {
		College string
		Size    int
		Weights map[string]int
	}
}

type statementsText struct {
	Statements []struct {
		Key, Text, Lang string
		Cycle           int64
		Day             int
	}
	Tendencies []struct {
		Voters          map[string]int
		VisitorsPercent int `json:"visitors_percent"`
		AnsweredPercent int `json:"answered_percent"`
		Votes           []struct {
			Statement       string
			Agree, Disagree int
		}
	}
	FirstDay int `json:"first_day"`
	LastDay  int `json:"last_day"`
}
