-- room: messages
-- Whose mail an agent may receive: its own, `agent:<id>`, and that of each of its capabilities, `capability:<name>`.
-- The own one of a retired agent is closed: what still lies in it is given up.
CREATE TABLE mailboxes (
  mailbox TEXT NOT NULL,
  agent_id TEXT NOT NULL REFERENCES agents (id),
  closed_at TEXT_TIME,
  PRIMARY KEY (mailbox, agent_id)
) WITHOUT ROWID;
CREATE INDEX mailboxes_agent ON mailboxes (agent_id, mailbox);
CREATE INDEX mailboxes_closed ON mailboxes (closed_at) WHERE closed_at IS NOT NULL;

INSERT INTO mailboxes (mailbox, agent_id, closed_at)
  SELECT 'agent:' || id, id, CASE WHEN state = 'retired' THEN created_at END FROM agents;
INSERT INTO mailboxes (mailbox, agent_id)
  SELECT 'capability:' || capability, agent_id FROM agent_capabilities
  JOIN agents ON agents.id = agent_id WHERE state <> 'retired';

-- `due_at`: when a queued one expires, a delayed one comes back, or a received one's lease runs out.
ALTER TABLE messages RENAME TO earlier_messages;
DROP INDEX messages_inbox;
CREATE TABLE messages (
  id TEXT PRIMARY KEY,
  mailbox TEXT NOT NULL,
  to_agent TEXT,
  from_id TEXT NOT NULL,
  type TEXT NOT NULL,
  priority INTEGER NOT NULL,
  body TEXT_JSON NOT NULL CHECK (json_valid(body)),
  correlation_id TEXT,
  reply_to TEXT,
  state TEXT NOT NULL
    CHECK (state = 'queued' OR state = 'delayed' OR state = 'received' OR state = 'acknowledged' OR state = 'dead'),
  attempts INTEGER NOT NULL DEFAULT 0,
  holder_id TEXT,
  receipt TEXT,
  lease_until TEXT_TIME,
  due_at TEXT_TIME,
  expires_at TEXT_TIME,
  dead_reason TEXT,
  sent_at TEXT_TIME NOT NULL,
  received_at TEXT_TIME,
  settled_at TEXT_TIME
);
INSERT INTO messages (id, mailbox, to_agent, from_id, type, priority, body, correlation_id, reply_to, state, attempts,
    holder_id, receipt, lease_until, due_at, expires_at, dead_reason, sent_at, settled_at)
  SELECT id, 'agent:' || to_agent, to_agent, from_id, type, priority, body, correlation_id, reply_to, state, attempts,
    CASE WHEN receipt IS NOT NULL THEN to_agent END, receipt, lease_until,
    CASE state WHEN 'received' THEN lease_until WHEN 'queued' THEN expires_at END, expires_at, dead_reason, sent_at, settled_at
  FROM earlier_messages;
DROP TABLE earlier_messages;
CREATE INDEX messages_inbox ON messages (mailbox, state, priority, id);
CREATE INDEX messages_held ON messages (holder_id, receipt) WHERE state = 'received';
CREATE INDEX messages_due ON messages (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX messages_dead ON messages (id) WHERE state = 'dead';
CREATE INDEX messages_counts ON messages (type, state, sent_at);
CREATE INDEX messages_received ON messages (received_at) WHERE received_at IS NOT NULL;

-- What a dead letter was before it was sent again.
CREATE TABLE message_deaths (
  message_id TEXT NOT NULL REFERENCES messages (id),
  number INTEGER NOT NULL CHECK (number > 0),
  attempts INTEGER NOT NULL,
  dead_reason TEXT NOT NULL,
  died_at TEXT_TIME NOT NULL,
  resent_by TEXT NOT NULL,
  resent_at TEXT_TIME NOT NULL,
  PRIMARY KEY (message_id, number)
) WITHOUT ROWID;

-- Those that an admin has added; the built-in ones are in the code.
CREATE TABLE message_types (
  name TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  head_hash TEXT NOT NULL,
  body_schema TEXT_JSON NOT NULL CHECK (json_valid(body_schema)),
  max_bytes INTEGER NOT NULL CHECK (max_bytes > 0),
  changed_at TEXT_TIME NOT NULL
);

-- Who may send what to whom, by roles; `*` is any. The list as a whole has the version.
CREATE TABLE message_channels (
  from_role TEXT NOT NULL,
  type TEXT NOT NULL,
  to_role TEXT NOT NULL,
  PRIMARY KEY (from_role, type, to_role)
) WITHOUT ROWID;
INSERT INTO message_channels (from_role, type, to_role) VALUES
  ('supervisor', '*', '*'),
  ('*', 'task_result', '*'),
  ('*', 'status_update', '*'),
  ('*', 'heartbeat', '*'),
  ('*', 'coordination', '*'),
  ('*', 'error', '*'),
  ('*', 'custom', '*');

CREATE TABLE channel_lists (
  name TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  head_hash TEXT NOT NULL,
  changed_at TEXT_TIME NOT NULL
);

-- What no channel allowed, counted: however often somebody tries, it stays one row.
CREATE TABLE refused_messages (
  from_id TEXT NOT NULL,
  type TEXT NOT NULL,
  to_role TEXT NOT NULL,
  times INTEGER NOT NULL,
  first_at TEXT_TIME NOT NULL,
  last_at TEXT_TIME NOT NULL,
  PRIMARY KEY (from_id, type, to_role)
) WITHOUT ROWID;
