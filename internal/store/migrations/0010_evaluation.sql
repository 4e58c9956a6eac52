-- +goose Up
CREATE TABLE indicator (
    programme_id     TEXT NOT NULL,
    number           TEXT NOT NULL, -- I-0001-…
    cycle            BIGINT NOT NULL,
    title            TEXT NOT NULL,
    definition       TEXT NOT NULL,
    caution          TEXT NOT NULL, -- what it does not tell
    unit_label       TEXT NOT NULL,
    level            TEXT NOT NULL CHECK (level IN ('output', 'outcome', 'impact')),
    direction        TEXT NOT NULL CHECK (direction IN ('up', 'down')),
    territory        TEXT NOT NULL, -- HCP code
    census_indicator TEXT NOT NULL, -- key in the pack; '' when the baseline was stated
    pack_version     TEXT NOT NULL,
    decimals         BIGINT NOT NULL, -- values are whole numbers of 10^-decimals of the unit
    every_months     BIGINT NOT NULL, -- how often a value is owed; 0: no fixed time
    baseline         BIGINT NOT NULL,
    baseline_at      BIGINT NOT NULL,
    baseline_source  TEXT NOT NULL,
    target           BIGINT NOT NULL,
    target_at        BIGINT NOT NULL,
    objectives       TEXT NOT NULL, -- numbers, JSON list
    release          TEXT NOT NULL,
    created_at       BIGINT NOT NULL,
    once             TEXT NOT NULL, -- of the form it was made by
    version          BIGINT NOT NULL,
    PRIMARY KEY (programme_id, number),
    UNIQUE (programme_id, once)
);

-- Measured values: append-only; a correction is a later row of the same date.
CREATE TABLE indicator_actual (
    programme_id TEXT NOT NULL,
    indicator    TEXT NOT NULL,
    ordinal      BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    value        BIGINT NOT NULL, -- 0 when missing
    status       TEXT NOT NULL CHECK (status IN ('measured', 'estimated', 'provisional', 'missing')),
    source       TEXT NOT NULL,
    reason       TEXT NOT NULL, -- why it is missing, or what it corrects
    by_role      TEXT NOT NULL,
    recorded_at  BIGINT NOT NULL,
    PRIMARY KEY (programme_id, indicator, ordinal)
);

-- The targets an indicator has had; the last is the one in force.
CREATE TABLE indicator_target (
    programme_id TEXT NOT NULL,
    indicator    TEXT NOT NULL,
    ordinal      BIGINT NOT NULL,
    target       BIGINT NOT NULL,
    target_at    BIGINT NOT NULL,
    reason       TEXT NOT NULL,
    set_at       BIGINT NOT NULL,
    PRIMARY KEY (programme_id, indicator, ordinal)
);
