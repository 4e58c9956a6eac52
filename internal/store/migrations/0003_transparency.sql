-- +goose Up
-- The hash tree over a log's leaves, kept by a reader of the log. place is the
-- stored hash index of Crosby and Wallach: the nodes in the order in which they
-- become complete, so the table only grows at its end.
CREATE TABLE tree_node (
    programme_id TEXT NOT NULL,
    place        BIGINT NOT NULL,
    hash         TEXT NOT NULL, -- 64 hexadecimal digits
    PRIMARY KEY (programme_id, place)
) /*sqlite: WITHOUT ROWID*/;

-- What the log has signed; never changed, never deleted.
CREATE TABLE log_checkpoint (
    programme_id TEXT NOT NULL,
    size         BIGINT NOT NULL, -- number of leaves
    root         TEXT NOT NULL,   -- 64 hexadecimal digits
    note         TEXT NOT NULL,   -- the signed note, whole
    at           BIGINT NOT NULL, -- Unix ms
    PRIMARY KEY (programme_id, size)
) /*sqlite: WITHOUT ROWID*/;
