-- room: access
-- Set while nobody was told that it was raised, or that it is done.
ALTER TABLE action_items ADD news_at TEXT_TIME;
CREATE INDEX action_items_news ON action_items (news_at) WHERE news_at IS NOT NULL;

-- room: webhooks
-- Where events are sent. `secret_id`: what signs them; of a card, whose address is a secret, the address itself.
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  head_hash TEXT NOT NULL,
  owner_id TEXT NOT NULL REFERENCES principals (id),
  description TEXT NOT NULL,
  format TEXT NOT NULL CHECK (format IN ('standard', 'teams', 'slack')),
  url TEXT NOT NULL,
  event_types TEXT_JSON NOT NULL CHECK (json_valid(event_types)),
  state TEXT NOT NULL CHECK (state IN ('enabled', 'disabled', 'deleted')),
  disabled_reason TEXT,
  since_cursor INTEGER NOT NULL,
  secret_id TEXT NOT NULL REFERENCES sealed_values (id),
  previous_secret_id TEXT REFERENCES sealed_values (id),
  previous_until TEXT_TIME,
  failing_since TEXT_TIME,
  created_at TEXT_TIME NOT NULL
);
CREATE INDEX webhooks_owner ON webhooks (owner_id, id);
CREATE INDEX webhooks_enabled ON webhooks (id) WHERE state = 'enabled';

-- What is sent to one webhook about one thing. `tried`: what became of each try; `not_before`: no bell has it tried earlier.
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY,
  webhook_id TEXT NOT NULL,
  about TEXT NOT NULL,
  event_type TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
  not_before TEXT_TIME NOT NULL,
  due_at TEXT_TIME,
  due_seconds INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  fence INTEGER NOT NULL DEFAULT 0,
  lease_until TEXT_TIME,
  last_fault TEXT,
  tried TEXT_JSON NOT NULL CHECK (json_valid(tried)),
  created_at TEXT_TIME NOT NULL,
  settled_at TEXT_TIME
);
CREATE UNIQUE INDEX deliveries_about ON deliveries (webhook_id, about);
CREATE INDEX deliveries_log ON deliveries (webhook_id, id);
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_settled ON deliveries (settled_at) WHERE settled_at IS NOT NULL;

-- Up to which event everything is on its way. Who sends moves the version on.
CREATE TABLE fan_outs (
  name TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  through_cursor INTEGER NOT NULL
);
INSERT INTO fan_outs (name, version, through_cursor) VALUES ('events', 0, 0);
