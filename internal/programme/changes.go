package programme

// The kinds of change that this module writes to a log.
const (
	ChangeCreated       = "programme.created.v1"     // on the installation's log
	ChangeFounded       = "programme.founded.v1"     // first leaf of the programme's own log
	ChangeAxisSet       = "programme.axis_set.v1"    // added or renamed
	ChangeCollegeSet    = "programme.college_set.v1" // added, renamed, voice changed
	ChangeStepSet       = "programme.step_set.v1"    // added or changed
	ChangeStepDone      = "programme.step_done.v1"   //
	ChangeCycleBegun    = "programme.cycle_begun.v1" //
	ChangePhaseSet      = "programme.phase_set.v1"   // a stage of a cycle opens from one time to another
	ChangePhaseExtended = "programme.phase_extended.v1"
	ChangeReleased      = "object.released.v1" // the release state of any object changed
)
