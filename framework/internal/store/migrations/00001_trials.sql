-- +goose Up
-- A trial that succeeded: one row, once, whole. record is JSON (see Record).
CREATE TABLE trials (
	key    TEXT PRIMARY KEY,
	record TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Every execution of a trial, the failed ones too.
CREATE TABLE attempts (
	id      INTEGER PRIMARY KEY,
	key     TEXT NOT NULL,
	status  TEXT NOT NULL, -- running, succeeded, failed, cancelled, lost
	started TEXT NOT NULL, -- RFC 3339, UTC
	record  TEXT,          -- JSON of a failed attempt
	log     TEXT           -- last words of the plugin, from any attempt
) STRICT;

CREATE INDEX attempts_by_key ON attempts (key, id);

-- +goose Down
DROP TABLE attempts;
DROP TABLE trials;
