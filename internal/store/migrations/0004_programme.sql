-- +goose Up
CREATE TABLE programme (
    programme_id TEXT NOT NULL PRIMARY KEY,
    slug         TEXT NOT NULL UNIQUE,
    territory    TEXT NOT NULL, -- HCP code of a prefecture or province
    pack_version TEXT NOT NULL, -- the reference data the programme is pinned to
    name         TEXT NOT NULL, -- i18n.Text as JSON
    illustrative BOOLEAN NOT NULL,
    created_at   BIGINT NOT NULL
);

CREATE TABLE axis (
    programme_id TEXT NOT NULL,
    axis_id      TEXT NOT NULL, -- short key: employment, social, water, upgrading …
    position     BIGINT NOT NULL,
    name         TEXT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (programme_id, axis_id)
);

CREATE TABLE college (
    programme_id TEXT NOT NULL,
    college_id   TEXT NOT NULL,
    position     BIGINT NOT NULL,
    name         TEXT NOT NULL,
    voice        TEXT NOT NULL CHECK (voice IN ('preference', 'opinion', 'none')),
    version      BIGINT NOT NULL,
    PRIMARY KEY (programme_id, college_id)
);

CREATE TABLE step (
    programme_id TEXT NOT NULL,
    step_id      TEXT NOT NULL,
    position     BIGINT NOT NULL,
    stage        TEXT NOT NULL,
    title        TEXT NOT NULL,
    body         TEXT NOT NULL, -- responsible body
    documents    TEXT NOT NULL,
    signatory    TEXT NOT NULL,
    due_at       BIGINT NOT NULL, -- 0: no date
    done_at      BIGINT NOT NULL, -- 0: not done
    version      BIGINT NOT NULL,
    PRIMARY KEY (programme_id, step_id)
);

CREATE TABLE cycle (
    programme_id TEXT NOT NULL,
    number       BIGINT NOT NULL,
    title        TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (programme_id, number)
);

CREATE TABLE phase (
    programme_id TEXT NOT NULL,
    phase_id     TEXT NOT NULL,
    cycle        BIGINT NOT NULL,
    stage        TEXT NOT NULL CHECK (stage IN ('territory', 'consultation', 'deliberation', 'prioritisation', 'roadmap', 'delivery', 'evaluation')),
    opens_at     BIGINT NOT NULL,
    closes_at    BIGINT NOT NULL,
    reason       TEXT NOT NULL, -- of the last extension
    version      BIGINT NOT NULL,
    PRIMARY KEY (programme_id, phase_id)
);
CREATE INDEX phase_gate ON phase (programme_id, cycle, stage, opens_at);

-- The thread between the stages: an earlier thing (source) led to a later one (target).
CREATE TABLE link (
    programme_id TEXT NOT NULL,
    source       TEXT NOT NULL, -- subject, as in the log: "contribution/C-0007-2"
    target       TEXT NOT NULL,
    kind         TEXT NOT NULL,
    reason       TEXT NOT NULL,
    by_role      TEXT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (programme_id, source, target, kind)
) /*sqlite: WITHOUT ROWID*/;
CREATE INDEX link_back ON link (programme_id, target, source);
