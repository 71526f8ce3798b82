SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

-- room: messages
-- Whose mail an agent may receive: its own, `agent:<id>`, and that of each of its capabilities, `capability:<name>`.
-- The own one of a retired agent is closed: what still lies in it is given up.
CREATE TABLE mailboxes (
  mailbox nvarchar(160) COLLATE Latin1_General_100_BIN2 NOT NULL,
  agent_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES agents (id),
  closed_at datetime2(3) NULL,
  touched_at datetime2(3) NULL,
  CONSTRAINT mailboxes_pk PRIMARY KEY (mailbox, agent_id)
);
CREATE INDEX mailboxes_agent ON mailboxes (agent_id, mailbox);
CREATE INDEX mailboxes_closed ON mailboxes (closed_at) WHERE closed_at IS NOT NULL;
GO

INSERT INTO mailboxes (mailbox, agent_id, closed_at)
  SELECT CONCAT(N'agent:', id), id, CASE WHEN state = N'retired' THEN created_at END FROM agents;
INSERT INTO mailboxes (mailbox, agent_id)
  SELECT CONCAT(N'capability:', capability), agent_id FROM agent_capabilities
  JOIN agents ON agents.id = agent_id WHERE state <> N'retired';
GO

-- Neither the state's rule nor what may be null is changed in place, so the table is made anew.
CREATE TABLE earlier_messages (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  to_agent nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  from_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  type nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  priority int NOT NULL,
  body nvarchar(max) NOT NULL,
  correlation_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  reply_to nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  state nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL,
  attempts int NOT NULL,
  receipt nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  lease_until datetime2(3) NULL,
  expires_at datetime2(3) NULL,
  dead_reason nvarchar(max) NULL,
  sent_at datetime2(3) NOT NULL,
  settled_at datetime2(3) NULL
);
GO

INSERT INTO earlier_messages (id, to_agent, from_id, type, priority, body, correlation_id, reply_to, state, attempts, receipt,
    lease_until, expires_at, dead_reason, sent_at, settled_at)
  SELECT id, to_agent, from_id, type, priority, body, correlation_id, reply_to, state, attempts, receipt,
    lease_until, expires_at, dead_reason, sent_at, settled_at
  FROM messages;
DROP TABLE messages;
GO

-- `due_at`: when a queued one expires, a delayed one comes back, or a received one's lease runs out.
CREATE TABLE messages (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT messages_pk PRIMARY KEY,
  mailbox nvarchar(160) COLLATE Latin1_General_100_BIN2 NOT NULL,
  to_agent nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  from_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  type nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  priority int NOT NULL,
  body nvarchar(max) NOT NULL CHECK (ISJSON(body) = 1),
  correlation_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  reply_to nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  state nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (state IN ('queued', 'delayed', 'received', 'acknowledged', 'dead')),
  attempts int NOT NULL DEFAULT 0,
  holder_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  receipt nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  lease_until datetime2(3) NULL,
  due_at datetime2(3) NULL,
  expires_at datetime2(3) NULL,
  dead_reason nvarchar(max) NULL,
  sent_at datetime2(3) NOT NULL,
  received_at datetime2(3) NULL,
  settled_at datetime2(3) NULL,
  touched_at datetime2(3) NULL
);
GO

INSERT INTO messages (id, mailbox, to_agent, from_id, type, priority, body, correlation_id, reply_to, state, attempts,
    holder_id, receipt, lease_until, due_at, expires_at, dead_reason, sent_at, settled_at)
  SELECT id, CONCAT(N'agent:', to_agent), to_agent, from_id, type, priority, body, correlation_id, reply_to, state, attempts,
    CASE WHEN receipt IS NOT NULL THEN to_agent END, receipt, lease_until,
    CASE state WHEN N'received' THEN lease_until WHEN N'queued' THEN expires_at END, expires_at, dead_reason, sent_at, settled_at
  FROM earlier_messages;
DROP TABLE earlier_messages;
GO

CREATE INDEX messages_inbox ON messages (mailbox, state, priority, id);
CREATE INDEX messages_held ON messages (holder_id, receipt) WHERE state = 'received';
CREATE INDEX messages_due ON messages (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX messages_dead ON messages (id) WHERE state = 'dead';
CREATE INDEX messages_counts ON messages (type, state, sent_at);
CREATE INDEX messages_received ON messages (received_at) WHERE received_at IS NOT NULL;
GO

-- What a dead letter was before it was sent again.
CREATE TABLE message_deaths (
  message_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES messages (id),
  number int NOT NULL CHECK (number > 0),
  attempts int NOT NULL,
  dead_reason nvarchar(max) NOT NULL,
  died_at datetime2(3) NOT NULL,
  resent_by nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  resent_at datetime2(3) NOT NULL,
  CONSTRAINT message_deaths_pk PRIMARY KEY (message_id, number)
);
GO

-- Those that an admin has added; the built-in ones are in the code.
CREATE TABLE message_types (
  name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT message_types_pk PRIMARY KEY,
  version int NOT NULL,
  head_hash nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  body_schema nvarchar(max) NOT NULL CHECK (ISJSON(body_schema) = 1),
  max_bytes int NOT NULL CHECK (max_bytes > 0),
  changed_at datetime2(3) NOT NULL,
  touched_at datetime2(3) NULL
);
GO

-- Who may send what to whom, by roles; `*` is any. The list as a whole has the version.
CREATE TABLE message_channels (
  from_role nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL,
  type nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  to_role nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL,
  CONSTRAINT message_channels_pk PRIMARY KEY (from_role, type, to_role)
);
GO

INSERT INTO message_channels (from_role, type, to_role) VALUES
  (N'supervisor', N'*', N'*'),
  (N'*', N'task_result', N'*'),
  (N'*', N'status_update', N'*'),
  (N'*', N'heartbeat', N'*'),
  (N'*', N'coordination', N'*'),
  (N'*', N'error', N'*'),
  (N'*', N'custom', N'*');
GO

CREATE TABLE channel_lists (
  name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT channel_lists_pk PRIMARY KEY,
  version int NOT NULL,
  head_hash nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  changed_at datetime2(3) NOT NULL,
  touched_at datetime2(3) NULL
);
GO

-- What no channel allowed, counted: however often somebody tries, it stays one row.
CREATE TABLE refused_messages (
  from_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  type nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  to_role nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL,
  times int NOT NULL,
  first_at datetime2(3) NOT NULL,
  last_at datetime2(3) NOT NULL,
  CONSTRAINT refused_messages_pk PRIMARY KEY (from_id, type, to_role)
);
GO

INSERT INTO migrations (name, applied_at) VALUES (N'004_mailboxes.sql', SYSUTCDATETIME());
GO
