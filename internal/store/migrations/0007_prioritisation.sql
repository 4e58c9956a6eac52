-- +goose Up
CREATE TABLE vote (
    programme_id TEXT NOT NULL,
    number       TEXT NOT NULL, -- V-0001-…
    cycle        BIGINT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('draft', 'frozen', 'closed', 'tallied', 'published')),
    title        TEXT NOT NULL,
    question     TEXT NOT NULL,
    budget       BIGINT NOT NULL, -- centimes
    opens_at     BIGINT NOT NULL,
    closes_at    BIGINT NOT NULL,
    charter      TEXT NOT NULL, -- frozen, RFC 8785 JSON; '' in draft
    charter_hash TEXT NOT NULL,
    seed         TEXT NOT NULL, -- of the public draw for ties
    outcome      TEXT NOT NULL, -- pb.Outcome as JSON; '' before the tally
    outcome_hash TEXT NOT NULL,
    merged       TEXT NOT NULL, -- classes merged before publication, JSON list
    cast_count   BIGINT NOT NULL, -- as last logged while open
    counted_at   BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (programme_id, number)
);

CREATE TABLE vote_option (
    programme_id TEXT NOT NULL,
    number       TEXT NOT NULL, -- O-0001-…
    vote         TEXT NOT NULL,
    proposal     TEXT NOT NULL,
    title        TEXT NOT NULL,
    description  TEXT NOT NULL,
    opinion      TEXT NOT NULL, -- of the services, beside the ballot
    cost         BIGINT NOT NULL, -- centimes
    units        TEXT NOT NULL, -- HCP codes, JSON list
    version      BIGINT NOT NULL,
    PRIMARY KEY (programme_id, number)
);
CREATE INDEX vote_option_of ON vote_option (programme_id, vote, number);

-- Who may vote: only the hash of a code, and its class. No id, time, order or
-- account stands beside a credential or a ballot (docs/security.md).
CREATE TABLE credential (
    programme_id TEXT NOT NULL,
    vote         TEXT NOT NULL,
    code_hash    TEXT NOT NULL,
    class        TEXT NOT NULL,
    used         BOOLEAN NOT NULL,
    PRIMARY KEY (programme_id, vote, code_hash)
) /*sqlite: WITHOUT ROWID*/;

CREATE TABLE ballot (
    programme_id TEXT NOT NULL,
    vote         TEXT NOT NULL,
    key          TEXT NOT NULL, -- SHA-256 of the voter's receipt secret
    class        TEXT NOT NULL,
    content      TEXT NOT NULL, -- option numbers, sorted, JSON list
    PRIMARY KEY (programme_id, vote, key)
) /*sqlite: WITHOUT ROWID*/;

-- After closing both are rewritten here in key order, and the tables above emptied.
CREATE TABLE closed_credential (
    programme_id TEXT NOT NULL,
    vote         TEXT NOT NULL,
    code_hash    TEXT NOT NULL,
    class        TEXT NOT NULL,
    used         BOOLEAN NOT NULL,
    PRIMARY KEY (programme_id, vote, code_hash)
) /*sqlite: WITHOUT ROWID*/;

CREATE TABLE closed_ballot (
    programme_id TEXT NOT NULL,
    vote         TEXT NOT NULL,
    key          TEXT NOT NULL,
    class        TEXT NOT NULL,
    content      TEXT NOT NULL,
    PRIMARY KEY (programme_id, vote, key)
) /*sqlite: WITHOUT ROWID*/;
