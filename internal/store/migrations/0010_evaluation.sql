-- +goose Up
CREATE TABLE indicator (
    programme_id     TEXT NOT NULL,
    number           TEXT NOT NULL, -- I-0001-…
    cycle            BIGINT NOT NULL,
    title            TEXT NOT NULL,
    definition       TEXT NOT NULL,
    unit_label       TEXT NOT NULL,
    direction        TEXT NOT NULL CHECK (direction IN ('up', 'down')),
    territory        TEXT NOT NULL, -- HCP code
    census_indicator TEXT NOT NULL, -- key in the pack; '' when the baseline was stated
    pack_version     TEXT NOT NULL,
    decimals         BIGINT NOT NULL, -- values are whole numbers of 10^-decimals of the unit
    baseline         BIGINT NOT NULL,
    baseline_at      BIGINT NOT NULL,
    baseline_source  TEXT NOT NULL,
    target           BIGINT NOT NULL,
    target_at        BIGINT NOT NULL,
    objectives       TEXT NOT NULL, -- numbers, JSON list
    release          TEXT NOT NULL,
    version          BIGINT NOT NULL,
    PRIMARY KEY (programme_id, number)
);

-- Measured values: append-only; a correction is a later row of the same date.
CREATE TABLE indicator_actual (
    programme_id TEXT NOT NULL,
    indicator    TEXT NOT NULL,
    ordinal      BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    value        BIGINT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('measured', 'estimated', 'provisional')),
    source       TEXT NOT NULL,
    by_role      TEXT NOT NULL,
    recorded_at  BIGINT NOT NULL,
    PRIMARY KEY (programme_id, indicator, ordinal)
);
