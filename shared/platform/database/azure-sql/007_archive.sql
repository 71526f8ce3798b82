SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

-- room: road
-- Jobs that ended long ago, as they were answered last; their rows are gone.
CREATE TABLE archived_jobs (
  job_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT archived_jobs_pk PRIMARY KEY,
  submitter_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES principals (id),
  owner_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES principals (id),
  answer nvarchar(max) NOT NULL CHECK (ISJSON(answer) = 1),
  archived_at datetime2(3) NOT NULL
);

-- Where their chains of events ended, and those of their approvals: the record is held against these as it was against the rows.
CREATE TABLE archived_heads (
  stream nvarchar(160) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT archived_heads_pk PRIMARY KEY,
  version int NOT NULL,
  head_hash nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL
);
GO

-- room: maintenance
CREATE TABLE maintainers (
  name nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT maintainers_pk PRIMARY KEY,
  touched_at datetime2(3) NULL
);
INSERT INTO maintainers (name) VALUES (N'maintainer');

-- A run is done by one process at a time; where that dies, another goes on with it when the lease is over.
CREATE TABLE maintenance_runs (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT maintenance_runs_pk PRIMARY KEY,
  begun_by nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  counts nvarchar(max) NOT NULL CHECK (ISJSON(counts) = 1),
  fence int NOT NULL,
  lease_until datetime2(3) NOT NULL,
  began_at datetime2(3) NOT NULL,
  ended_at datetime2(3) NULL
);
GO

INSERT INTO migrations (name, applied_at) VALUES (N'007_archive.sql', SYSUTCDATETIME());
GO
