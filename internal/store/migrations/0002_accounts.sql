-- +goose Up
-- Which key the identities of this database are encrypted with; the key itself is never here.
CREATE TABLE identity_key (
    programme_id TEXT NOT NULL PRIMARY KEY, -- 'installation'
    fingerprint  TEXT NOT NULL
) /*sqlite: WITHOUT ROWID*/;

-- People belong to the installation. name, login, email and phone are encrypted; after an
-- erasure they, the password and login_mac are NULL and the row only keeps its number.
CREATE TABLE person (
    programme_id TEXT NOT NULL CHECK (programme_id = 'installation'),
    id           TEXT NOT NULL,
    number       BIGINT NOT NULL, -- stands for the person wherever an id or a name may not
    name         TEXT,
    login        TEXT,
    login_mac    TEXT,            -- HMAC of the folded login, for look-up
    email        TEXT,
    phone        TEXT,
    password     TEXT,            -- argon2id, PHC string
    admin        BOOLEAN NOT NULL,
    created_at   BIGINT NOT NULL,
    erased_at    BIGINT,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, number)
);
CREATE UNIQUE INDEX person_login ON person (programme_id, login_mac) WHERE login_mac IS NOT NULL;

CREATE TABLE session (
    programme_id  TEXT NOT NULL CHECK (programme_id = 'installation'),
    id            TEXT NOT NULL,
    person_id     TEXT NOT NULL,
    token_hash    TEXT NOT NULL, -- SHA-256 of the 32 bytes in the cookie
    previous_hash TEXT,          -- the token before the last renewal, good for a minute more
    created_at    BIGINT NOT NULL,
    renewed_at    BIGINT NOT NULL,
    seen_at       BIGINT NOT NULL,
    staff         BOOLEAN NOT NULL, -- ends after the shorter idle time
    renew         BOOLEAN NOT NULL, -- a role changed: the next request gets a new token
    device        TEXT NOT NULL,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, token_hash)
);
CREATE INDEX session_person ON session (programme_id, person_id);
CREATE INDEX session_previous ON session (programme_id, previous_hash) WHERE previous_hash IS NOT NULL;

CREATE TABLE password_reset (
    programme_id TEXT NOT NULL CHECK (programme_id = 'installation'),
    code_hash    TEXT NOT NULL,
    person_id    TEXT NOT NULL,
    expires_at   BIGINT NOT NULL,
    used_at      BIGINT, -- kept until it expires, so that a form posted twice is understood
    PRIMARY KEY (programme_id, code_hash)
) /*sqlite: WITHOUT ROWID*/;

CREATE TABLE organisation (
    programme_id TEXT NOT NULL CHECK (programme_id = 'installation'),
    id           TEXT NOT NULL,
    home         TEXT NOT NULL, -- programme that entered it and may rename it; '' = the installation
    key          TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('state_service', 'council', 'public_establishment', 'company', 'association')),
    name_ar      TEXT NOT NULL,
    name_fr      TEXT NOT NULL,
    name_en      TEXT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (programme_id, id)
);
CREATE UNIQUE INDEX organisation_key ON organisation (programme_id, key) WHERE key <> '';

CREATE TABLE role_grant (
    programme_id TEXT NOT NULL,
    id           TEXT NOT NULL,
    number       BIGINT NOT NULL,
    person_id    TEXT NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('coordinator', 'rapporteur', 'examiner', 'contracting_authority',
                 'committee_member', 'governor', 'secretary_general', 'auditor', 'participant')),
    unit         TEXT NOT NULL, -- HCP code; '' = the whole programme
    axis         TEXT NOT NULL, -- '' = all axes
    organisation TEXT NOT NULL, -- '' = none
    college      TEXT NOT NULL, -- of a participant, else ''
    granted_at   BIGINT NOT NULL,
    revoked_at   BIGINT,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, number)
);
CREATE INDEX role_grant_person ON role_grant (programme_id, person_id) WHERE revoked_at IS NULL;
CREATE INDEX role_grant_of_person ON role_grant (person_id) WHERE revoked_at IS NULL;

-- One row per code. A batch is several rows with one number; the administrators'
-- invitations are in the installation.
CREATE TABLE invitation (
    programme_id TEXT NOT NULL,
    number       BIGINT NOT NULL,
    serial       BIGINT NOT NULL, -- 1, 2, 3 … within the number
    batch_id     TEXT NOT NULL,   -- the form's once, from which the codes are made again when it is posted twice
    code_hash    TEXT NOT NULL,   -- SHA-256 of the 80 bits
    role         TEXT NOT NULL,
    unit         TEXT NOT NULL,
    axis         TEXT NOT NULL,
    organisation TEXT NOT NULL,
    college      TEXT NOT NULL,
    addressee    TEXT,            -- encrypted: for whom, as the coordinator notes it
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    accepted_at  BIGINT,
    accepted_by  TEXT,            -- person id
    revoked_at   BIGINT,
    PRIMARY KEY (programme_id, number, serial)
);
CREATE INDEX invitation_code ON invitation (code_hash);
CREATE INDEX invitation_batch ON invitation (programme_id, batch_id);
