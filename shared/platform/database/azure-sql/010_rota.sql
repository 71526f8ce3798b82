SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

-- room: webhooks
-- Who is on call, in turns of a week: the one row `rota`.
CREATE TABLE rotas (
  name nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT rotas_pk PRIMARY KEY,
  version int NOT NULL,
  head_hash nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  rota nvarchar(max) NOT NULL CHECK (ISJSON(rota) = 1),
  touched_at datetime2(3) NULL
);

-- room: digest
-- The days whose digest is on its way.
CREATE TABLE digests (
  day nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT digests_pk PRIMARY KEY,
  sent_at datetime2(3) NOT NULL
);
GO

INSERT INTO migrations (name, applied_at) VALUES (N'010_rota.sql', SYSUTCDATETIME());
GO
