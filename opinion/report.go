package opinion

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// Findings are what is known of a conversation, to be made a [Report] of. Votes,
// Map and Groups are of the same votes; what is nil is not told.
type Findings struct {
	Votes  *Votes
	Map    *Map
	Groups *Groups

	Representative []Representative
	Common         []CommonStatement // as of CommonGround
	Bridging       *Bridging         // where there are no groups

	Raking    *Raking
	Influence *Influence
	Exposed   []Exposed // by statement, as of CorrectExposure

	// Kinds of classes whose shares are told for every statement, such as
	// "college" and "commune".
	Kinds []string
}

// ReportFormat is the version of the fields of a [Report].
const ReportFormat = 1

// Report is everything that a page about a conversation needs, and nothing that
// points at a person: no id of anybody, and no count under ten nor one that gives
// it away. Statements are named by id; the words of those that were moderated out
// are not in it. It has no sentences: pages make them, in their language.
//
// The same votes give the same report to the byte, whatever the order in which
// people, statements and votes came.
type Report struct {
	Format int `json:"format"`

	Participants ReportParticipants `json:"participants"`
	Votes        ReportVotes        `json:"votes"`
	Moderated    ReportModerated    `json:"moderated"`
	Axes         [2]ReportAxis      `json:"axes"`

	// Acquiescent tells that an axis mostly shows how much people agree with
	// anything: the map without it should be offered.
	Acquiescent bool    `json:"acquiescent"`
	Noise       float64 `json:"noise"` // variance of a vote that the axes do not explain

	K         int               `json:"k"` // 1: no clear groups
	Stability []ReportStability `json:"stability"`
	Separate  bool              `json:"separate"` // every two groups stand apart; see Edge
	Edges     []ReportEdge      `json:"edges"`
	Between   Count             `json:"between"` // people who surely stand in no group
	Groups    []ReportGroup     `json:"groups"`

	CommonGround []ReportCommon   `json:"common_ground"` // of groups, the ten best
	Bridges      []ReportBridge   `json:"bridges"`       // instead, where there are no groups
	Dividing     []ReportDividing `json:"dividing"`      // the ten on which people differ most
	Uncertain    []string         `json:"uncertain"`     // statements of which too little is known

	Influence *ReportInfluence `json:"influence,omitempty"`
	Raking    *ReportRaking    `json:"raking,omitempty"`

	Statements []ReportStatement `json:"statements"` // those of the map, by id
	Marks      []Mark            `json:"marks"`      // the plot, and its table
}

// ReportParticipants counts who took part. People who voted too little to be
// grouped are told apart; the rest of all are grouped.
type ReportParticipants struct {
	All     Count `json:"all"`     // with a vote
	Grouped Count `json:"grouped"` // with seven votes or more
}

// ReportVotes counts votes on the statements of the map, not people.
type ReportVotes struct {
	Agree    int `json:"agree"`
	Disagree int `json:"disagree"`
	Pass     int `json:"pass"`
	Skipped  int `json:"skipped"`
}

// ReportModerated tells what became of the statements.
type ReportModerated struct {
	All      int      `json:"all"`
	InMap    int      `json:"in_map"`
	Open     int      `json:"open"` // of those in the map, not yet looked at
	Rejected []string `json:"rejected"`
	Meta     []string `json:"meta"` // about the person, not about the matter
}

// ReportAxis is an axis in statements: who stands at the high end tends to agree
// with those of High and to disagree with those of Low.
type ReportAxis struct {
	Low          []ReportLoading `json:"low"`
	High         []ReportLoading `json:"high"`
	Explained    float64         `json:"explained"` // part of the variance of votes
	Acquiescence float64         `json:"acquiescence"`
}

// ReportLoading is how much a step along an axis changes the vote on a statement.
type ReportLoading struct {
	Statement string  `json:"statement"`
	Loading   float64 `json:"loading"`
}

// ReportStability is how far a number of groups survives resampling.
type ReportStability struct {
	K    int     `json:"k"`
	ARI  float64 `json:"ari"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// ReportEdge is an [Edge].
type ReportEdge struct {
	A    int     `json:"a"`
	B    int     `json:"b"`
	Size float64 `json:"size"`
}

// ReportGroup is a group.
type ReportGroup struct {
	ID     int      `json:"id"`
	People Count    `json:"people"`
	Share  *float64 `json:"share"` // of the weight of all grouped people; null with the count
	X      float64  `json:"x"`
	Y      float64  `json:"y"`

	Representative []ReportDistinction `json:"representative"`
}

// ReportInfluence is an [Influence] without the person.
type ReportInfluence struct {
	Largest float64    `json:"largest"`
	Mean    float64    `json:"mean"`
	Shift   [2]float64 `json:"shift"`
}

// ReportRaking is who took part against the population.
type ReportRaking struct {
	Used      bool           `json:"used"` // the map is weighted
	Unfit     []Unfit        `json:"unfit"`
	Effective float64        `json:"effective"`
	Margins   []ReportMargin `json:"margins"`
}

// ReportMargin is a [MarginFit].
type ReportMargin struct {
	Kind       string        `json:"kind"`
	Undeclared Count         `json:"undeclared"`
	Classes    []ReportClass `json:"classes"`
}

// ReportClass is a [ClassFit]; parts of the sample are null where the count is
// hidden that they would tell.
type ReportClass struct {
	Class      string   `json:"class"`
	People     Count    `json:"people"`
	Population float64  `json:"population"`
	Sample     *float64 `json:"sample"`
	Weighted   *float64 `json:"weighted"`
}

// ReportTally is the votes of some people on a statement. Share is the part that
// agrees, null where the counts are hidden that give it.
type ReportTally struct {
	Agree    Count    `json:"agree"`
	Disagree Count    `json:"disagree"`
	Pass     Count    `json:"pass"`
	Cast     Count    `json:"cast"`
	Share    *float64 `json:"share"`
}

// ReportStatement is a statement of the map.
type ReportStatement struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	ReportTally

	// Low and High bound the share agreeing: the central 90 % of Beta(agree + ½,
	// rest + ½), the interval of Jeffreys.
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`

	// Weighted is the share of the weights; null unless the map is weighted.
	Weighted *float64 `json:"weighted"`

	Groups   []ReportTally            `json:"groups"` // by group
	Classes  map[string][]ReportShare `json:"classes,omitempty"`
	Exposure *ReportExposure          `json:"exposure,omitempty"`
}

// ReportShare is a [ClassShare].
type ReportShare struct {
	Class string   `json:"class"`
	Cast  Count    `json:"cast"`
	Share *float64 `json:"share"` // drawn towards the share of all
}

// ReportExposure is an [Exposed]; null where fewer than ten people answered.
type ReportExposure struct {
	Corrected float64 `json:"corrected"`
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
	Bounded   bool    `json:"bounded"`
}

// Canonical is the report as JSON in one form: what its hash is taken over.
func (r *Report) Canonical() []byte {
	data, err := json.Marshal(r)
	if err != nil {
		// Every field is made of strings and finite numbers, which always marshal.
		panic(err)
	}
	return data
}

// Hash is the SHA-256 of the canonical form, in hexadecimal.
func (r *Report) Hash() string {
	sum := sha256.Sum256(r.Canonical())
	return hex.EncodeToString(sum[:])
}

// NewReport makes the report of findings.
func NewReport(f Findings) *Report {
	r := &Report{
		Format: ReportFormat, Noise: round(f.Map.Noise), Acquiescent: f.Map.Acquiescent(), K: f.Groups.K,
		Stability: []ReportStability{}, Edges: []ReportEdge{}, Groups: []ReportGroup{}, CommonGround: []ReportCommon{}, Bridges: []ReportBridge{}, Dividing: []ReportDividing{}, Uncertain: []string{}, Marks: []Mark{},
	}
	r.count(f)
	r.moderation(f)
	r.axes(f)
	r.groups(f)
	r.raking(f)
	if in := f.Influence; in != nil && len(in.Parts) > 0 {
		r.Influence = &ReportInfluence{round(in.Parts[in.Most]), round(in.Mean), [2]float64{round(in.Shift[0]), round(in.Shift[1])}}
	}
	r.statements(f)
	r.ground(f)
	r.Marks = append(r.Marks, marksOf(f.Map, f.Groups.Label, func(g int) bool { return g >= 0 && r.Groups[g].People.Hidden })...)
	return r
}

func (r *Report) count(f Findings) {
	all, grouped := 0, 0
	for _, p := range f.Map.Positions {
		if p.Votes > 0 {
			all++
		}
		if p.Grouped() {
			grouped++
		}
	}
	counts := []Count{{N: all - grouped}, {N: grouped}}
	hideSmall(counts)
	r.Participants.Grouped = counts[1]
	r.Participants.All = Count{N: all}
	if all < SmallCell {
		r.Participants.All = Count{Hidden: true}
	}
}

func (r *Report) moderation(f Findings) {
	r.Moderated = ReportModerated{All: f.Votes.Statements(), Rejected: []string{}, Meta: []string{}}
	for j, in := range f.Map.Included {
		id, mod := f.Votes.StatementID(j), f.Votes.Moderation(j)
		switch {
		case in:
			r.Moderated.InMap++
			if mod.State == Open {
				r.Moderated.Open++
			}
			c := f.Votes.Counts(j)
			r.Votes.Agree += c.Agree
			r.Votes.Disagree += c.Disagree
			r.Votes.Pass += c.Pass
			r.Votes.Skipped += c.Skipped
		case mod.State == Rejected:
			r.Moderated.Rejected = append(r.Moderated.Rejected, id)
		case mod.Meta:
			r.Moderated.Meta = append(r.Moderated.Meta, id)
		}
	}
	slices.SortFunc(r.Moderated.Rejected, compareIDs)
	slices.SortFunc(r.Moderated.Meta, compareIDs)
}

// axisEnds is the number of statements told for each end of an axis.
const axisEnds = 3

func (r *Report) axes(f Findings) {
	var variance [2]float64
	var all float64
	for j, in := range f.Map.Included {
		if in {
			n := float64(f.Votes.Counts(j).Cast())
			variance[0] += n * f.Map.Loadings[j].X * f.Map.Loadings[j].X
			variance[1] += n * f.Map.Loadings[j].Y * f.Map.Loadings[j].Y
			all += n * f.Map.Noise
		}
	}
	all += variance[0] + variance[1]
	for axis := range r.Axes {
		low, high := f.Map.Ends(axis, axisEnds)
		r.Axes[axis] = ReportAxis{
			Low: f.loadings(axis, low), High: f.loadings(axis, high),
			Explained: round(part(variance[axis], all)), Acquiescence: round(f.Map.Acquiescence[axis]),
		}
	}
}

func (f Findings) loadings(axis int, statements []int) []ReportLoading {
	out := []ReportLoading{}
	for _, j := range statements {
		load := vec2{f.Map.Loadings[j].X, f.Map.Loadings[j].Y}[axis]
		out = append(out, ReportLoading{f.Votes.StatementID(j), round(load)})
	}
	return out
}

func (r *Report) groups(f Findings) {
	for _, s := range f.Groups.Stability {
		r.Stability = append(r.Stability, ReportStability{s.K, round(s.ARI), round(s.Low), round(s.High)})
	}
	edges := f.Groups.Edges(f.Votes, f.Map)
	r.Separate = Separate(edges)
	for _, e := range edges {
		r.Edges = append(r.Edges, ReportEdge{e.A, e.B, round(e.Size)})
	}
	between := 0
	for i, label := range f.Groups.Label {
		if label >= 0 && Between(f.Groups.Membership(f.Map.Positions[i])) {
			between++
		}
	}
	r.Between = Count{N: between}
	if between < SmallCell {
		r.Between = Count{Hidden: true}
	}
	sizes := make([]Count, len(f.Groups.Groups))
	for g, group := range f.Groups.Groups {
		sizes[g].N = group.People
	}
	hideSmall(sizes)
	for g, group := range f.Groups.Groups {
		told := ReportGroup{ID: g, People: sizes[g], X: round(group.Centre.X), Y: round(group.Centre.Y), Representative: f.distinctions(g)}
		if !told.People.Hidden {
			told.Share = rounded(group.Share)
		}
		r.Groups = append(r.Groups, told)
	}
}

func (r *Report) raking(f Findings) {
	if f.Raking == nil {
		return
	}
	r.Raking = &ReportRaking{Used: len(f.Raking.Unfit) == 0, Unfit: append([]Unfit{}, f.Raking.Unfit...), Effective: round(f.Raking.Effective), Margins: []ReportMargin{}}
	for _, m := range f.Raking.Margins {
		counts := []Count{{N: m.Undeclared}}
		for _, c := range m.Classes {
			counts = append(counts, Count{N: c.People})
		}
		hideSmall(counts)
		out := ReportMargin{Kind: m.Kind, Undeclared: counts[0], Classes: []ReportClass{}}
		for at, c := range m.Classes {
			class := ReportClass{Class: c.Class, People: counts[at+1], Population: round(c.Population)}
			if !class.People.Hidden {
				class.Sample, class.Weighted = rounded(c.Sample), rounded(c.Weighted)
			}
			out.Classes = append(out.Classes, class)
		}
		r.Raking.Margins = append(r.Raking.Margins, out)
	}
}
