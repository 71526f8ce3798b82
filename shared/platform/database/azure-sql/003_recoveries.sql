SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

-- room: liveness
-- Agents that fail too much: found out, and on their way back. `began_at` is their isolation.
CREATE TABLE recoveries (
  agent_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT recoveries_pk PRIMARY KEY,
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  began_at datetime2(3) NULL,
  tries int NOT NULL CHECK (tries >= 0),
  due_at datetime2(3) NOT NULL,
  touched_at datetime2(3) NULL
);
CREATE INDEX recoveries_due ON recoveries (due_at);

-- What an agent did before it was restored counts against it no more.
ALTER TABLE agents ADD restored_at datetime2(3) NULL;
ALTER TABLE agent_records ADD outcomes nvarchar(max) NULL;
ALTER TABLE action_items ADD done_by nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL;
GO
ALTER TABLE agent_records WITH CHECK ADD CONSTRAINT agent_records_outcomes CHECK (ISJSON(outcomes) = 1);

INSERT INTO migrations (name, applied_at) VALUES (N'003_recoveries.sql', SYSUTCDATETIME());
GO
