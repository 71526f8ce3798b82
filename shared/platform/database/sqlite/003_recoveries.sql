-- room: liveness
-- Agents that fail too much: found out, and on their way back. `began_at` is their isolation.
CREATE TABLE recoveries (
  agent_id TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  began_at TEXT_TIME,
  tries INTEGER NOT NULL CHECK (tries >= 0),
  due_at TEXT_TIME NOT NULL
);
CREATE INDEX recoveries_due ON recoveries (due_at);

-- What an agent did before it was restored counts against it no more.
ALTER TABLE agents ADD restored_at TEXT_TIME;
ALTER TABLE agent_records ADD outcomes TEXT_JSON CHECK (json_valid(outcomes));
ALTER TABLE action_items ADD done_by TEXT;
