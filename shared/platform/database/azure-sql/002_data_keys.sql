SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

-- room: platform
-- What seals values where there is a key vault: keys that its key `muster-data` has wrapped. `wrapped_by` is the
-- version of that key. The highest number seals; all of them open what they have sealed.
CREATE TABLE data_keys (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT data_keys_pk PRIMARY KEY,
  number int NOT NULL CHECK (number > 0),
  wrapped nvarchar(max) NOT NULL,
  wrapped_by nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
  created_at datetime2(3) NOT NULL,
  touched_at datetime2(3) NULL
);
CREATE UNIQUE INDEX data_keys_number ON data_keys (number);

INSERT INTO migrations (name, applied_at) VALUES (N'002_data_keys.sql', SYSUTCDATETIME());
GO
