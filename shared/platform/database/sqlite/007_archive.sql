-- room: road
-- Jobs that ended long ago, as they were answered last; their rows are gone.
CREATE TABLE archived_jobs (
  job_id TEXT PRIMARY KEY,
  submitter_id TEXT NOT NULL REFERENCES principals (id),
  owner_id TEXT NOT NULL REFERENCES principals (id),
  answer TEXT_JSON NOT NULL CHECK (json_valid(answer)),
  archived_at TEXT_TIME NOT NULL
);

-- Where their chains of events ended, and those of their approvals: the record is held against these as it was against the rows.
CREATE TABLE archived_heads (
  stream TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  head_hash TEXT NOT NULL
);

-- room: maintenance
CREATE TABLE maintainers (
  name TEXT PRIMARY KEY,
  touched_at TEXT_TIME
);
INSERT INTO maintainers (name) VALUES ('maintainer');

-- A run is done by one process at a time; where that dies, another goes on with it when the lease is over.
CREATE TABLE maintenance_runs (
  id TEXT PRIMARY KEY,
  begun_by TEXT NOT NULL,
  counts TEXT_JSON NOT NULL CHECK (json_valid(counts)),
  fence INTEGER NOT NULL,
  lease_until TEXT_TIME NOT NULL,
  began_at TEXT_TIME NOT NULL,
  ended_at TEXT_TIME
);
