package roadmap

// The kinds of change that this module writes to a log.
const (
	ChangeObjectiveSet   = "objective.set.v1"
	ChangeProjectSet     = "project.set.v1"
	ChangeVersionDrafted = "roadmap.drafted.v1"
	ChangeProjectsSet    = "roadmap.projects_set.v1"
	ChangeAdopted        = "roadmap.adopted.v1" // hash of the frozen content
)
