-- Who may write: the host that opened the folder last. Every write looks at token
-- inside its transaction, so that a host that lost the folder cannot write.
CREATE TABLE owner (
	id     INTEGER PRIMARY KEY CHECK (id = 1),
	token  BLOB NOT NULL,
	holder TEXT NOT NULL,
	open   INTEGER NOT NULL -- 0 once the host has closed the store in good order
) STRICT;

-- Text that many rows share, once each: names, settings, provenance, layouts.
CREATE TABLE texts (
	id   INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: readers remember them
	hash BLOB NOT NULL UNIQUE, -- the first 16 bytes of its SHA-256
	body TEXT NOT NULL
) STRICT;

-- A fit that succeeded, with all that was measured of it: one row, once, whole.
-- Columns without another word are ids of texts; 0 is the empty text.
CREATE TABLE trials (
	id         INTEGER PRIMARY KEY,
	key        BLOB NOT NULL,    -- fit key
	twin       INTEGER NOT NULL, -- 1, 2, ... where the same fit came out with other bits
	method     INTEGER NOT NULL,
	version    INTEGER NOT NULL,
	code       INTEGER NOT NULL,
	settings   INTEGER NOT NULL, -- JSON
	dataset    INTEGER NOT NULL,
	fold       INTEGER NOT NULL,
	parent     INTEGER NOT NULL,
	seed       INTEGER NOT NULL, -- the bits of a uint64
	budget     REAL NOT NULL,
	layout     INTEGER NOT NULL, -- JSON: what the values are of
	vals       BLOB NOT NULL,    -- float64, little-endian
	shapes     INTEGER NOT NULL, -- JSON: splits and shapes of the embeddings
	hashes     BLOB NOT NULL,    -- their SHA-256, 32 bytes each
	started    INTEGER NOT NULL, -- nanoseconds since 1970, UTC; 0: unknown
	wall       REAL NOT NULL,    -- seconds
	cpu        REAL NOT NULL,
	start      REAL NOT NULL,
	memory     INTEGER NOT NULL, -- bytes
	attempt    INTEGER NOT NULL,
	served     INTEGER NOT NULL,
	resumed    INTEGER NOT NULL,
	provenance INTEGER NOT NULL, -- JSON: the rest of it
	node       INTEGER NOT NULL,
	path       INTEGER NOT NULL,
	UNIQUE (key, twin)
) STRICT;

CREATE INDEX trials_twins ON trials (key) WHERE twin > 0;

-- Numbers per case: float64, little-endian, packed; frame is JSON that says of what.
CREATE TABLE cases (
	trial INTEGER PRIMARY KEY,
	frame INTEGER NOT NULL,
	body  BLOB NOT NULL
) STRICT;

-- Metrics during training, packed.
CREATE TABLE curves (
	trial INTEGER PRIMARY KEY,
	body  BLOB NOT NULL
) STRICT;

-- Ids that trials had in the first edition, with the probes they had there.
CREATE TABLE aliases (
	key    BLOB PRIMARY KEY,
	trial  INTEGER NOT NULL,
	probes INTEGER NOT NULL -- JSON
) STRICT, WITHOUT ROWID;

CREATE INDEX aliases_by_trial ON aliases (trial);

-- Every execution of a trial, the failed ones too. There is no index by key: only
-- a person who looks at one trial asks by it. (A host of the first edition begins by
-- changing a column "status" here; that there is none keeps it out.)
CREATE TABLE attempts (
	id        INTEGER PRIMARY KEY,
	key       BLOB NOT NULL,    -- of the fit; of the first edition where that is all that is known
	alias     BLOB,             -- the id that it went by, if it was another
	state     TEXT NOT NULL,    -- running, succeeded, failed, cancelled, lost
	started   INTEGER NOT NULL, -- nanoseconds since 1970, UTC
	ended     INTEGER NOT NULL, -- 0: not yet, or unknown
	executor  INTEGER NOT NULL, -- 0: a process of the host itself
	node      INTEGER NOT NULL,
	heartbeat INTEGER NOT NULL, -- nanoseconds since 1970; 0: none
	record    BLOB,             -- of a failed attempt: JSON, packed
	log       INTEGER NOT NULL, -- name of the file in logs that has its last words; 0: none
	log_at    INTEGER NOT NULL,
	log_size  INTEGER NOT NULL
) STRICT;

CREATE INDEX attempts_failed ON attempts (key) WHERE state = 'failed';

-- Sweeps, and what each of their points means.
CREATE TABLE sweeps (
	id     INTEGER PRIMARY KEY,
	name   TEXT NOT NULL UNIQUE,
	digest BLOB NOT NULL -- over the members
) STRICT;

CREATE TABLE members (
	sweep INTEGER NOT NULL,
	key   BLOB NOT NULL,    -- fit key
	label INTEGER NOT NULL, -- JSON: method, variant, dataset, fold, stage
	PRIMARY KEY (sweep, key, label)
) STRICT, WITHOUT ROWID;

-- Files that were written of the store's contents, so that they are not written again.
CREATE TABLE outputs (
	path        TEXT PRIMARY KEY, -- relative to the folder
	fingerprint BLOB NOT NULL,
	size        INTEGER NOT NULL,
	modified    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tags (
	key BLOB NOT NULL,
	tag TEXT NOT NULL,
	PRIMARY KEY (key, tag)
) STRICT, WITHOUT ROWID;

-- Work on files that has to follow a change of the database, until it is done.
CREATE TABLE pending (task TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
