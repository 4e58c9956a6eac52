-- +goose Up
CREATE TABLE log_head (
    programme_id TEXT NOT NULL PRIMARY KEY, -- 'installation' for the installation's own log
    origin       TEXT NOT NULL UNIQUE,      -- first line of its checkpoints, fixed for ever
    size         BIGINT NOT NULL,           -- number of leaves; the next leaf gets this index
    last_t       BIGINT NOT NULL            -- time of the last leaf, Unix ms
) /*sqlite: WITHOUT ROWID*/;

CREATE TABLE change (
    programme_id  TEXT NOT NULL,
    n             BIGINT NOT NULL,
    t             BIGINT NOT NULL,
    kind          TEXT NOT NULL,
    subject       TEXT NOT NULL,
    once          TEXT,
    opened        BOOLEAN NOT NULL,
    hash          TEXT NOT NULL,
    public_commit TEXT NOT NULL,
    public_salt   TEXT,
    public_body   TEXT,
    text_commit   TEXT NOT NULL,
    text_salt     TEXT,
    text_body     TEXT,
    person_commit TEXT NOT NULL,
    person_salt   TEXT,
    person_body   TEXT,
    PRIMARY KEY (programme_id, n)
) /*sqlite: WITHOUT ROWID*/;
CREATE UNIQUE INDEX change_once ON change (programme_id, once) WHERE once IS NOT NULL;
CREATE INDEX change_subject ON change (programme_id, subject, n);

CREATE TABLE reader_cursor (
    programme_id TEXT NOT NULL,
    reader       TEXT NOT NULL,
    n            BIGINT NOT NULL, -- next index to read
    PRIMARY KEY (programme_id, reader)
) /*sqlite: WITHOUT ROWID*/;

CREATE TABLE counter (
    programme_id TEXT NOT NULL,
    name         TEXT NOT NULL,
    value        BIGINT NOT NULL,
    PRIMARY KEY (programme_id, name)
) /*sqlite: WITHOUT ROWID*/;
