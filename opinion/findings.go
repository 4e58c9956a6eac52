package opinion

import "context"

// FindOptions say what to find out about a conversation. The zero value finds
// all that votes alone tell.
type FindOptions struct {
	Seed             uint64
	K                int  // groups to show; 0 for those that survive
	NoRefits         bool // tell neither whether groups survive nor what sets them apart, for a quick look
	AcquiescenceFree bool
	Previous         *Map       // last published
	Published        Hysteresis // what it showed

	// Margins of the population. If those who took part can stand for it, the
	// weights of the votes are set, and the map is weighted; else all weigh 1.
	Margins []Margin

	Displays []Display // every display, where they were logged
	Kinds    []string  // of classes whose shares are told

	// Progress, if set, is called now and then with the step under way; never
	// twice at once.
	Progress func(step string, done, all int)
}

// Find makes map and groups, and finds what sets groups apart, what all share
// and what a single person can move. It fails with a *[Fault], or with the
// context's error.
func Find(ctx context.Context, v *Votes, opts FindOptions) (Findings, error) {
	f := Findings{Votes: v, Kinds: opts.Kinds}
	progress := func(step string) func(done, all int) {
		if opts.Progress == nil {
			return nil
		}
		return func(done, all int) { opts.Progress(step, done, all) }
	}
	var err error
	if err = f.weigh(opts); err != nil {
		return f, err
	}
	if f.Map, err = NewMap(ctx, v, MapOptions{Seed: opts.Seed, Previous: opts.Previous, AcquiescenceFree: opts.AcquiescenceFree}); err != nil {
		return f, err
	}
	f.Groups, err = FindGroups(ctx, v, f.Map, GroupOptions{
		Seed: opts.Seed, K: opts.K, NoRefits: opts.NoRefits, Published: opts.Published, Progress: progress("groups"),
	})
	if err != nil {
		return f, err
	}
	f.Common = CommonGround(v, f.Groups)
	if opts.NoRefits {
		return f, nil
	}
	if f.Groups.K < leastGroups {
		if f.Bridging, err = FitBridging(ctx, v, BridgingOptions{Seed: opts.Seed, Progress: progress("bridging")}); err != nil {
			return f, err
		}
	}
	if f.Representative, err = RepresentativeStatements(ctx, v, f.Map, f.Groups, RepresentativeOptions{Seed: opts.Seed, Progress: progress("representative")}); err != nil {
		return f, err
	}
	f.Influence, err = MeasureInfluence(ctx, v, f.Map)
	return f, err
}

// weigh sets the weights and corrects for exposure.
func (f *Findings) weigh(opts FindOptions) (err error) {
	if opts.Displays != nil {
		if f.Exposed, err = CorrectExposure(f.Votes, opts.Displays); err != nil {
			return err
		}
	}
	if opts.Margins == nil {
		return nil
	}
	if f.Raking, err = Rake(f.Votes, opts.Margins); err != nil {
		return err
	}
	for i, w := range f.Raking.Weights {
		if len(f.Raking.Unfit) > 0 {
			w = 1
		}
		if err := f.Votes.SetWeight(i, w); err != nil {
			return err
		}
	}
	return nil
}
