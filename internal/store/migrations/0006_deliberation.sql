-- +goose Up
CREATE TABLE statement (
    programme_id TEXT NOT NULL,
    number       TEXT NOT NULL, -- S-0001-7
    cycle        BIGINT NOT NULL,
    body         TEXT NOT NULL,
    lang         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('open', 'hidden')),
    reason       TEXT NOT NULL, -- why it is hidden
    created_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (programme_id, number)
);
CREATE INDEX statement_cycle ON statement (programme_id, cycle, number);

-- Who votes on statements: a person with an account (confirmed) or a device (not).
CREATE TABLE opinion_voter (
    programme_id TEXT NOT NULL,
    voter        TEXT NOT NULL, -- person id, or the hash of a device's cookie
    college      TEXT NOT NULL,
    unit         TEXT NOT NULL, -- HCP code
    confirmed    BOOLEAN NOT NULL,
    PRIMARY KEY (programme_id, voter)
) /*sqlite: WITHOUT ROWID*/;

CREATE TABLE opinion_vote (
    programme_id TEXT NOT NULL,
    statement    TEXT NOT NULL,
    voter        TEXT NOT NULL,
    choice       TEXT NOT NULL CHECK (choice IN ('agree', 'disagree', 'pass')),
    PRIMARY KEY (programme_id, statement, voter)
) /*sqlite: WITHOUT ROWID*/;
CREATE INDEX opinion_vote_of ON opinion_vote (programme_id, voter);
