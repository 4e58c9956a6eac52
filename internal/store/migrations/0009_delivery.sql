-- +goose Up
-- What the contracting authority says of its project, approved by another role.
CREATE TABLE report (
    programme_id    TEXT NOT NULL,
    number          TEXT NOT NULL, -- R-0001-…
    project         TEXT NOT NULL, -- PR-…
    state           TEXT NOT NULL CHECK (state IN ('submitted', 'approved', 'returned')),
    nothing_changed BOOLEAN NOT NULL,
    done            TEXT NOT NULL, -- thousandths of the unit since the beginning, by component, JSON list
    forecast_end    BIGINT NOT NULL,
    statement       TEXT NOT NULL,
    organisation    TEXT NOT NULL, -- that reports
    submitted_by    TEXT NOT NULL, -- person id: who reports never approves
    submitted_at    BIGINT NOT NULL,
    decided_at      BIGINT NOT NULL,
    decided_by      TEXT NOT NULL, -- role
    reason          TEXT NOT NULL, -- why it was returned
    once            TEXT,
    version         BIGINT NOT NULL,
    PRIMARY KEY (programme_id, number),
    UNIQUE (programme_id, once)
);
CREATE INDEX report_of ON report (programme_id, project, submitted_at);

-- The planned dates are frozen with the roadmap; here are the forecast and what happened.
CREATE TABLE milestone (
    programme_id TEXT NOT NULL,
    project      TEXT NOT NULL,
    code         TEXT NOT NULL,
    forecast_at  BIGINT NOT NULL,
    actual_at    BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (programme_id, project, code)
);

-- Append-only: a correction is a negative line. A line is known by its leaf of the log.
CREATE TABLE money_entry (
    programme_id TEXT NOT NULL,
    leaf         BIGINT NOT NULL,
    project      TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('committed', 'executed', 'paid')),
    amount       BIGINT NOT NULL, -- centimes
    at           BIGINT NOT NULL,
    payer        TEXT NOT NULL, -- organisation id
    note         TEXT NOT NULL,
    PRIMARY KEY (programme_id, leaf)
);
CREATE INDEX money_entry_of ON money_entry (programme_id, project, kind, payer);

CREATE TABLE blocker (
    programme_id TEXT NOT NULL,
    number       TEXT NOT NULL, -- B-0001-…
    project      TEXT NOT NULL,
    kind         TEXT NOT NULL,
    text         TEXT NOT NULL,
    owner        TEXT NOT NULL, -- organisation id: who must answer
    opened_at    BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    reply        TEXT NOT NULL, -- '' before it
    replied_at   BIGINT NOT NULL,
    lesson       TEXT NOT NULL, -- '' while open
    closed_at    BIGINT NOT NULL,
    release      TEXT NOT NULL CHECK (release IN ('internal', 'public')),
    once         TEXT,
    version      BIGINT NOT NULL,
    PRIMARY KEY (programme_id, number),
    UNIQUE (programme_id, once)
);
CREATE INDEX blocker_of ON blocker (programme_id, project, opened_at);

-- Every decision on a project's state; the one with the greatest n holds.
CREATE TABLE project_state (
    programme_id TEXT NOT NULL,
    project      TEXT NOT NULL,
    n            BIGINT NOT NULL, -- 1 for the first decision
    state        TEXT NOT NULL,
    reason       TEXT NOT NULL,
    decided_by   TEXT NOT NULL, -- role
    at           BIGINT NOT NULL,
    PRIMARY KEY (programme_id, project, n)
);
