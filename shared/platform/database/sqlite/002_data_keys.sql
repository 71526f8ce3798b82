-- room: platform
-- What seals values where there is a key vault: keys that its key `muster-data` has wrapped. `wrapped_by` is the
-- version of that key. The highest number seals; all of them open what they have sealed.
CREATE TABLE data_keys (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL CHECK (number > 0),
  wrapped TEXT NOT NULL,
  wrapped_by TEXT NOT NULL,
  created_at TEXT_TIME NOT NULL
);
CREATE UNIQUE INDEX data_keys_number ON data_keys (number);
