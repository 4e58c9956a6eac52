-- +goose Up
-- Texts of staff (title, place, reason …) are i18n.Text as JSON. seq is the counter inside a
-- number, for order: as text, P-10000-x would come before P-9999-x. once is the id of the form.
CREATE TABLE meeting (
    programme_id TEXT NOT NULL,
    number       TEXT NOT NULL,
    seq          BIGINT NOT NULL,
    once         TEXT NOT NULL,
    cycle        BIGINT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('opening', 'workshop', 'listening', 'restitution')),
    title        TEXT NOT NULL,
    place        TEXT NOT NULL,
    access       TEXT NOT NULL,
    unit         TEXT NOT NULL, -- HCP code of where it is held
    axis         TEXT NOT NULL, -- '' = all axes
    chair        TEXT NOT NULL, -- the function that presides
    conduct      TEXT NOT NULL, -- who runs the tables and takes notes
    starts_at    BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL,
    invited_at   BIGINT NOT NULL, -- when the invitations went out; 0 = not yet
    agenda       TEXT NOT NULL, -- JSON [{"minutes", "title"}]
    colleges     TEXT NOT NULL, -- JSON ["civil", …]
    state        TEXT NOT NULL CHECK (state IN ('planned', 'held', 'cancelled')),
    state_at     BIGINT NOT NULL,
    reason       TEXT NOT NULL, -- of a cancellation
    captured     BIGINT NOT NULL, -- contributions recorded so far; the next one's ordinal is one more
    release      TEXT NOT NULL CHECK (release IN ('internal', 'shared', 'validated', 'public')), -- of its report
    released_at  BIGINT NOT NULL, -- 0 = not released
    version      BIGINT NOT NULL,
    PRIMARY KEY (programme_id, number),
    UNIQUE (programme_id, once)
);
CREATE INDEX meeting_date ON meeting (programme_id, starts_at);

CREATE TABLE contribution (
    programme_id  TEXT NOT NULL,
    number        TEXT NOT NULL,
    seq           BIGINT NOT NULL,
    once          TEXT NOT NULL,
    cycle         BIGINT NOT NULL,
    meeting       TEXT NOT NULL,
    ordinal       BIGINT NOT NULL, -- within the meeting, as said aloud
    kind          TEXT NOT NULL CHECK (kind IN ('problem', 'proposal', 'practice', 'question', 'commitment')),
    raw           TEXT NOT NULL, -- as it was said
    raw_lang      TEXT NOT NULL,
    reformulation TEXT NOT NULL, -- by staff
    college       TEXT NOT NULL,
    unit          TEXT NOT NULL,
    axis          TEXT NOT NULL, -- '' = none yet
    seat          TEXT NOT NULL, -- the table in the room
    channel       TEXT NOT NULL CHECK (channel IN ('room', 'paper', 'phone', 'web')),
    origin        TEXT NOT NULL, -- where it came from: an anonymous slip, a tent at the market
    scribe        TEXT NOT NULL, -- role of who wrote for somebody; '' = in the author's own hand
    state         TEXT NOT NULL CHECK (state IN ('kept', 'set_aside', 'withdrawn')),
    state_at      BIGINT NOT NULL,
    state_role    TEXT NOT NULL,
    reason        TEXT NOT NULL,
    hidden_at     BIGINT NOT NULL, -- 0 = shown
    hidden_role   TEXT NOT NULL,
    hidden_reason TEXT NOT NULL,
    cited         BIGINT NOT NULL, -- proposals that cite it
    release       TEXT NOT NULL CHECK (release IN ('internal', 'shared', 'validated', 'public')),
    recorded_at   BIGINT NOT NULL,
    corrected_at  BIGINT NOT NULL, -- 0 = never
    version       BIGINT NOT NULL,
    PRIMARY KEY (programme_id, number),
    UNIQUE (programme_id, once),
    UNIQUE (programme_id, meeting, ordinal)
);
CREATE INDEX contribution_newest ON contribution (programme_id, seq);
CREATE INDEX contribution_pending ON contribution (programme_id, meeting) WHERE state = 'kept' AND cited = 0;
-- Holds all that the figures group by, so that counting never reads a text.
CREATE INDEX contribution_figures ON contribution (programme_id, cycle, college, unit, state, cited, hidden_at, recorded_at);

CREATE TABLE proposal (
    programme_id     TEXT NOT NULL,
    number           TEXT NOT NULL,
    seq              BIGINT NOT NULL,
    once             TEXT NOT NULL,
    cycle            BIGINT NOT NULL,
    title            TEXT NOT NULL,
    body             TEXT NOT NULL,
    lang             TEXT NOT NULL, -- of the body
    place            TEXT NOT NULL, -- douar or quarter, as the author names it
    college          TEXT NOT NULL, -- '' = grouped from several
    units            TEXT NOT NULL, -- HCP codes with a space between
    axis             TEXT NOT NULL,
    channel          TEXT NOT NULL CHECK (channel IN ('room', 'paper', 'phone', 'web')),
    origin           TEXT NOT NULL,
    scribe           TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('waiting', 'published', 'refused', 'withdrawn', 'hidden')),
    state_at         BIGINT NOT NULL,
    state_role       TEXT NOT NULL,
    reason           TEXT NOT NULL, -- of a refusal, withdrawal or hiding
    outcome          TEXT NOT NULL CHECK (outcome IN ('submitted', 'under_review', 'retained', 'retained_in_part', 'merged', 'deferred', 'not_retained', 'referred')),
    release          TEXT NOT NULL CHECK (release IN ('internal', 'shared', 'validated', 'public')),
    submitted_at     BIGINT NOT NULL,
    published_at     BIGINT NOT NULL,
    examined_at      BIGINT NOT NULL,
    answered_at      BIGINT NOT NULL,
    review_at        BIGINT NOT NULL, -- when a deferred one is looked at again; 0 = no date
    cited            BIGINT NOT NULL, -- contributions it cites
    screening        TEXT NOT NULL CHECK (screening IN ('', 'passed', 'failed')),
    screening_motive TEXT NOT NULL,
    screening_role   TEXT NOT NULL,
    screened_at      BIGINT NOT NULL,
    estimate         BIGINT NOT NULL, -- centimes; 0 = none yet
    estimated_at     BIGINT NOT NULL,
    code_hash        TEXT NOT NULL, -- of the follow-up code; '' = none was given
    version          BIGINT NOT NULL,
    PRIMARY KEY (programme_id, number),
    UNIQUE (programme_id, once),
    UNIQUE (programme_id, seq)
);
-- Holds all that a list is filtered by, so that loading it never reads a text.
CREATE INDEX proposal_list ON proposal (programme_id, seq, cycle, state, outcome, axis, college, units);
CREATE INDEX proposal_figures ON proposal (programme_id, cycle, state, outcome, submitted_at);

-- The folded words of what may be read, so that a list is filtered by the beginning of a
-- word with one range of an index, the same on both databases.
CREATE TABLE proposal_word (
    programme_id TEXT NOT NULL,
    word         TEXT NOT NULL,
    seq          BIGINT NOT NULL, -- of the proposal
    PRIMARY KEY (programme_id, word, seq)
) /*sqlite: WITHOUT ROWID*/;
CREATE INDEX proposal_word_of ON proposal_word (programme_id, seq);

CREATE TABLE proposal_answer (
    programme_id TEXT NOT NULL,
    proposal     TEXT NOT NULL,
    ordinal      BIGINT NOT NULL, -- 1, 2, 3 … the last one stands
    decision     TEXT NOT NULL CHECK (decision IN ('retained', 'retained_in_part', 'merged', 'deferred', 'not_retained', 'referred')),
    sentence     TEXT NOT NULL,
    reason       TEXT NOT NULL,
    merged_into  TEXT NOT NULL, -- number of a proposal
    referred_to  TEXT NOT NULL, -- id of an organisation
    deferred_to  TEXT NOT NULL, -- in words
    review_at    BIGINT NOT NULL,
    by_role      TEXT NOT NULL,
    by_organisation TEXT NOT NULL,
    answered_at  BIGINT NOT NULL,
    PRIMARY KEY (programme_id, proposal, ordinal)
) /*sqlite: WITHOUT ROWID*/;

CREATE TABLE consultation_setting (
    programme_id TEXT NOT NULL PRIMARY KEY,
    reading_days BIGINT NOT NULL, -- within which a proposal sent from the web is read
    answer_days  BIGINT NOT NULL  -- within which it is answered
);
