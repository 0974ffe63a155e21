-- The ledger of minsheng: one append-only table of events, and what stands beside it.
-- Format 1. The recipe of the hash is in README.md, "The ledger".

PRAGMA application_id = 0x4D53484C;  -- "MSHL"
PRAGMA user_version = 1;

-- The chains that this file holds: its own, and those that were merged into it.
CREATE TABLE origin (
  id    INTEGER PRIMARY KEY,
  name  TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64)
) STRICT;

-- One row per event; id is the order of arrival, seq the place in the origin's chain.
CREATE TABLE event (
  id          INTEGER PRIMARY KEY,
  origin      INTEGER NOT NULL REFERENCES origin (id),
  seq         INTEGER NOT NULL CHECK (seq > 0),
  step        TEXT NOT NULL,
  subject     TEXT NOT NULL,
  occurred    TEXT NOT NULL,   -- business date, YYYY-MM-DD
  recorded_at TEXT NOT NULL,   -- UTC, YYYY-MM-DDTHH:MM:SSZ, from the clock
  actor       TEXT NOT NULL,
  payload     TEXT NOT NULL,   -- JSON; personal values are tokens of the table below
  hash        BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE UNIQUE INDEX event_place ON event (origin, seq);

CREATE TRIGGER event_continues BEFORE INSERT ON event
WHEN NEW.seq <> 1 + coalesce((SELECT max(seq) FROM event WHERE origin = NEW.origin), 0)
  OR (NEW.id IS NOT NULL AND NEW.id <> -1
      AND NEW.id <> 1 + coalesce((SELECT max(id) FROM event), 0))
BEGIN SELECT raise(ABORT, 'the event does not continue its chain'); END;

CREATE TRIGGER event_never_changes BEFORE UPDATE ON event
BEGIN SELECT raise(ABORT, 'events are never changed'); END;

CREATE TRIGGER event_never_goes BEFORE DELETE ON event
BEGIN SELECT raise(ABORT, 'events are never deleted'); END;

CREATE TRIGGER origin_never_changes BEFORE UPDATE ON origin
BEGIN SELECT raise(ABORT, 'origins are never changed'); END;

CREATE TRIGGER origin_never_goes BEFORE DELETE ON origin
BEGIN SELECT raise(ABORT, 'origins are never deleted'); END;

-- Names, phones, addresses: erasable here, while the event keeps only the token
-- SHA-256(salt || value) in hexadecimal.
CREATE TABLE personal (
  token TEXT PRIMARY KEY CHECK (length(token) = 64),
  salt  BLOB NOT NULL CHECK (length(salt) = 16),
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX personal_value ON personal (value);

CREATE TRIGGER personal_never_changes BEFORE UPDATE ON personal
BEGIN SELECT raise(ABORT, 'personal values are erased or kept, never changed'); END;

-- Derived: which events are about a subject (named = 0) and which only name it (named = 1).
-- Rebuildable from the events alone.
CREATE TABLE mention (
  subject TEXT NOT NULL,
  named   INTEGER NOT NULL CHECK (named IN (0, 1)),
  event   INTEGER NOT NULL,
  PRIMARY KEY (subject, named, event)
) STRICT, WITHOUT ROWID;
