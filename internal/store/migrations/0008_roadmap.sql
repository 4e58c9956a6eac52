-- +goose Up
CREATE TABLE objective (
    programme_id TEXT NOT NULL,
    number       TEXT NOT NULL, -- OB-0001-…
    axis         TEXT NOT NULL,
    title        TEXT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (programme_id, number)
);

CREATE TABLE project (
    programme_id  TEXT NOT NULL,
    number        TEXT NOT NULL, -- PR-0001-…
    cycle         BIGINT NOT NULL,
    title         TEXT NOT NULL,
    summary       TEXT NOT NULL,
    objective     TEXT NOT NULL,
    axis          TEXT NOT NULL,
    moa           TEXT NOT NULL, -- organisation
    mod           TEXT NOT NULL,
    options       TEXT NOT NULL, -- numbers, JSON list
    proposals     TEXT NOT NULL,
    entry         TEXT NOT NULL CHECK (entry IN ('vote', 'structuring', 'committee')),
    entry_reason  TEXT NOT NULL,
    components    TEXT NOT NULL, -- JSON list
    cost          BIGINT NOT NULL, -- centimes
    beneficiaries TEXT NOT NULL,
    milestones    TEXT NOT NULL,
    release       TEXT NOT NULL,
    adopted_in    BIGINT NOT NULL, -- first adopted version; 0: none
    version       BIGINT NOT NULL,
    PRIMARY KEY (programme_id, number)
);

-- Share of a project in each commune, as an exact fraction; they add up to one.
CREATE TABLE project_territory (
    programme_id TEXT NOT NULL,
    project      TEXT NOT NULL,
    unit         TEXT NOT NULL,
    num          BIGINT NOT NULL,
    den          BIGINT NOT NULL,
    PRIMARY KEY (programme_id, project, unit)
);

-- What a partner pays in a year; they add up to the cost.
CREATE TABLE funding_share (
    programme_id TEXT NOT NULL,
    project      TEXT NOT NULL,
    organisation TEXT NOT NULL,
    year         BIGINT NOT NULL,
    amount       BIGINT NOT NULL, -- centimes
    PRIMARY KEY (programme_id, project, organisation, year)
);

CREATE TABLE roadmap_version (
    programme_id TEXT NOT NULL,
    number       BIGINT NOT NULL,
    cycle        BIGINT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('draft', 'adopted')),
    title        TEXT NOT NULL,
    preamble     TEXT NOT NULL,
    projects     TEXT NOT NULL, -- numbers, JSON list
    content      TEXT NOT NULL, -- frozen RFC 8785 JSON; '' in draft
    hash         TEXT NOT NULL,
    adopted_at   BIGINT NOT NULL,
    adopted_by   TEXT NOT NULL, -- role
    version      BIGINT NOT NULL,
    PRIMARY KEY (programme_id, number)
);
