SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

-- room: access
-- Set while nobody was told that it was raised, or that it is done.
ALTER TABLE action_items ADD news_at datetime2(3) NULL;
GO
CREATE INDEX action_items_news ON action_items (news_at) WHERE news_at IS NOT NULL;

-- room: webhooks
-- Where events are sent. `secret_id`: what signs them; of a card, whose address is a secret, the address itself.
CREATE TABLE webhooks (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT webhooks_pk PRIMARY KEY,
  version int NOT NULL,
  head_hash nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  owner_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES principals (id),
  description nvarchar(500) NOT NULL,
  format nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (format IN ('standard', 'teams', 'slack')),
  url nvarchar(2048) COLLATE Latin1_General_100_BIN2 NOT NULL,
  event_types nvarchar(max) NOT NULL CHECK (ISJSON(event_types) = 1),
  state nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (state IN ('enabled', 'disabled', 'deleted')),
  disabled_reason nvarchar(max) NULL,
  since_cursor bigint NOT NULL,
  secret_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES sealed_values (id),
  previous_secret_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL REFERENCES sealed_values (id),
  previous_until datetime2(3) NULL,
  failing_since datetime2(3) NULL,
  created_at datetime2(3) NOT NULL,
  touched_at datetime2(3) NULL
);
CREATE INDEX webhooks_owner ON webhooks (owner_id, id);
CREATE INDEX webhooks_enabled ON webhooks (id) WHERE state = 'enabled';

-- What is sent to one webhook about one thing. `tried`: what became of each try; `not_before`: no bell has it tried earlier.
CREATE TABLE deliveries (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT deliveries_pk PRIMARY KEY,
  webhook_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  about nvarchar(256) COLLATE Latin1_General_100_BIN2 NOT NULL,
  event_type nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  body nvarchar(max) NOT NULL,
  state nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
  not_before datetime2(3) NOT NULL,
  due_at datetime2(3) NULL,
  due_seconds int NOT NULL DEFAULT 0,
  attempts int NOT NULL DEFAULT 0,
  fence int NOT NULL DEFAULT 0,
  lease_until datetime2(3) NULL,
  last_fault nvarchar(max) NULL,
  tried nvarchar(max) NOT NULL CHECK (ISJSON(tried) = 1),
  created_at datetime2(3) NOT NULL,
  settled_at datetime2(3) NULL,
  touched_at datetime2(3) NULL
);
CREATE UNIQUE INDEX deliveries_about ON deliveries (webhook_id, about);
CREATE INDEX deliveries_log ON deliveries (webhook_id, id);
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_settled ON deliveries (settled_at) WHERE settled_at IS NOT NULL;
GO

-- Up to which event everything is on its way. Who sends moves the version on.
CREATE TABLE fan_outs (
  name nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT fan_outs_pk PRIMARY KEY,
  version int NOT NULL,
  through_cursor bigint NOT NULL,
  touched_at datetime2(3) NULL
);
GO
INSERT INTO fan_outs (name, version, through_cursor) VALUES (N'events', 0, 0);

INSERT INTO migrations (name, applied_at) VALUES (N'008_webhooks.sql', SYSUTCDATETIME());
GO
