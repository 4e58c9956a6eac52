package evaluation

// The kinds of change that this module writes to a log.
const (
	ChangeIndicatorSet   = "indicator.set.v1" // added, or its words changed
	ChangeActualRecorded = "indicator.actual_recorded.v1"
	ChangeTargetChanged  = "indicator.target_changed.v1"
)
