-- The road: everything from submit to learn. Column types name how the adapter reads a value
-- (TEXT_TIME, INTEGER_BOOLEAN, TEXT_JSON); JSON columns hold objects or arrays.
-- States are compared one by one: for an IN of three and more SQLite fills a table at each write, which
-- took half of the time of a change to an approval.
-- WITHOUT ROWID where rows are small: one tree to write and to search instead of two.
-- Each section is written by the room it names, and by no other.

-- room: events
CREATE TABLE events (
  cursor INTEGER PRIMARY KEY,
  stream TEXT NOT NULL,
  number INTEGER NOT NULL CHECK (number > 0),
  type TEXT NOT NULL,
  at TEXT_TIME NOT NULL,
  actor TEXT NOT NULL,
  trace TEXT,
  data TEXT_JSON NOT NULL CHECK (json_valid(data)),
  hash TEXT NOT NULL
);
CREATE UNIQUE INDEX events_stream_number ON events (stream, number);

CREATE TABLE seals (
  id TEXT PRIMARY KEY,
  at TEXT_TIME NOT NULL,
  through_cursor INTEGER NOT NULL,
  heads TEXT_JSON NOT NULL CHECK (json_valid(heads)),
  key_id TEXT NOT NULL,
  signature TEXT NOT NULL
);

-- room: access
CREATE TABLE principals (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  head_hash TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('person', 'service', 'agent')),
  name TEXT NOT NULL,
  roles TEXT_JSON NOT NULL CHECK (json_valid(roles)),
  owner_id TEXT REFERENCES principals (id),
  created_at TEXT_TIME NOT NULL,
  disabled_at TEXT_TIME
);

CREATE TABLE access_keys (
  id TEXT PRIMARY KEY,
  principal_id TEXT NOT NULL REFERENCES principals (id),
  secret_sha256 TEXT NOT NULL,
  created_at TEXT_TIME NOT NULL,
  deleted_at TEXT_TIME
);
CREATE INDEX access_keys_principal ON access_keys (principal_id);

CREATE TABLE idempotency_keys (
  caller TEXT NOT NULL,
  operation TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  body_sha256 TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  created_at TEXT_TIME NOT NULL,
  PRIMARY KEY (caller, operation, idempotency_key)
) WITHOUT ROWID;
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

CREATE TABLE sealed_values (
  id TEXT PRIMARY KEY,
  path TEXT NOT NULL,
  key_id TEXT NOT NULL,
  ciphertext TEXT NOT NULL,
  created_at TEXT_TIME NOT NULL
);

CREATE TABLE action_items (
  id TEXT PRIMARY KEY,
  code TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  created_at TEXT_TIME NOT NULL,
  done_at TEXT_TIME
);
CREATE UNIQUE INDEX action_items_open ON action_items (code, subject) WHERE done_at IS NULL;

-- room: jobs
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  head_hash TEXT NOT NULL,
  state TEXT NOT NULL,
  job_name TEXT NOT NULL,
  category TEXT NOT NULL,
  priority INTEGER NOT NULL,
  primary_agent TEXT NOT NULL,
  environment TEXT NOT NULL,
  submitter_id TEXT NOT NULL REFERENCES principals (id),
  owner_id TEXT NOT NULL REFERENCES principals (id),
  deployment_id TEXT NOT NULL,
  deployment_number INTEGER NOT NULL,
  resume_state TEXT,
  blocked_code TEXT,
  blocked_detail TEXT,
  waits_for TEXT,
  waits_amount INTEGER,
  blocked_at TEXT_TIME,
  blocked_seconds REAL NOT NULL DEFAULT 0,
  block_code_since TEXT_TIME,
  stop_reason TEXT,
  outcome TEXT,
  outcome_reason TEXT,
  time_limit_seconds INTEGER NOT NULL,
  trace TEXT,
  created_at TEXT_TIME NOT NULL,
  changed_at TEXT_TIME NOT NULL,
  started_at TEXT_TIME,
  stop_at TEXT_TIME,
  finished_at TEXT_TIME,
  due_at TEXT_TIME,
  due_seconds INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  fence INTEGER NOT NULL DEFAULT 0,
  lease_until TEXT_TIME,
  last_fault TEXT
) WITHOUT ROWID;
CREATE INDEX jobs_due ON jobs (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX jobs_waits_for ON jobs (waits_for, priority, id) WHERE state = 'blocked';
CREATE INDEX jobs_state ON jobs (state, finished_at, id);
CREATE INDEX jobs_submitter ON jobs (submitter_id, id);

CREATE TABLE job_agents (
  job_id TEXT NOT NULL REFERENCES jobs (id),
  agent_id TEXT NOT NULL,
  PRIMARY KEY (job_id, agent_id)
) WITHOUT ROWID;
CREATE INDEX job_agents_agent ON job_agents (agent_id, job_id);

CREATE TABLE templates (
  name TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  head_hash TEXT NOT NULL,
  definition TEXT_JSON NOT NULL CHECK (json_valid(definition)),
  changed_at TEXT_TIME NOT NULL
);

-- room: deployments
CREATE TABLE deployments (
  id TEXT PRIMARY KEY,
  job_id TEXT NOT NULL REFERENCES jobs (id),
  number INTEGER NOT NULL,
  definition TEXT_JSON NOT NULL CHECK (json_valid(definition)),
  estimate TEXT_JSON CHECK (json_valid(estimate)),
  readiness TEXT_JSON CHECK (json_valid(readiness)),
  alone_because TEXT,
  outcome TEXT,
  outcome_reason TEXT,
  actual TEXT_JSON CHECK (json_valid(actual)),
  created_at TEXT_TIME NOT NULL,
  ended_at TEXT_TIME
);
CREATE UNIQUE INDEX deployments_job_number ON deployments (job_id, number);

-- room: budgets
CREATE TABLE budgets (
  scope TEXT NOT NULL,
  period TEXT NOT NULL,
  version INTEGER NOT NULL,
  head_hash TEXT NOT NULL,
  limit_micros INTEGER NOT NULL CHECK (limit_micros >= 0),
  reserved_micros INTEGER NOT NULL CHECK (reserved_micros >= 0),
  spent_micros INTEGER NOT NULL CHECK (spent_micros >= 0),
  PRIMARY KEY (scope, period)
) WITHOUT ROWID;

CREATE TABLE reservations (
  deployment_id TEXT NOT NULL REFERENCES deployments (id),
  scope TEXT NOT NULL,
  period TEXT NOT NULL,
  reserved_micros INTEGER NOT NULL CHECK (reserved_micros >= 0),
  spent_micros INTEGER NOT NULL CHECK (spent_micros >= 0),
  PRIMARY KEY (deployment_id, scope)
) WITHOUT ROWID;

-- room: agents
CREATE TABLE agents (
  id TEXT PRIMARY KEY REFERENCES principals (id),
  version INTEGER NOT NULL,
  head_hash TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('supervisor', 'worker', 'category_head', 'observer')),
  state TEXT NOT NULL
    CHECK (state = 'active' OR state = 'suspect' OR state = 'lost' OR state = 'draining' OR state = 'isolated'
      OR state = 'retired'),
  capabilities TEXT_JSON NOT NULL CHECK (json_valid(capabilities)),
  categories TEXT_JSON NOT NULL CHECK (json_valid(categories)),
  owner_id TEXT NOT NULL REFERENCES principals (id),
  max_concurrent_tasks INTEGER NOT NULL CHECK (max_concurrent_tasks > 0),
  endpoint TEXT,
  endpoint_secret_id TEXT REFERENCES sealed_values (id),
  model TEXT,
  agent_version TEXT,
  card TEXT_JSON CHECK (json_valid(card)),
  load TEXT_JSON CHECK (json_valid(load)),
  last_seen_at TEXT_TIME,
  due_at TEXT_TIME,
  created_at TEXT_TIME NOT NULL,
  touched_at TEXT_TIME
);
CREATE INDEX agents_due ON agents (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE agent_categories (
  category TEXT NOT NULL,
  agent_id TEXT NOT NULL REFERENCES agents (id),
  PRIMARY KEY (category, agent_id)
) WITHOUT ROWID;

CREATE TABLE agent_capabilities (
  capability TEXT NOT NULL,
  agent_id TEXT NOT NULL REFERENCES agents (id),
  PRIMARY KEY (capability, agent_id)
) WITHOUT ROWID;

CREATE TABLE agent_records (
  agent_id TEXT PRIMARY KEY,
  completed INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  cost_micros INTEGER NOT NULL,
  duration_seconds REAL NOT NULL,
  durations TEXT_JSON NOT NULL CHECK (json_valid(durations)),
  changed_at TEXT_TIME NOT NULL
);

-- room: tools
CREATE TABLE tools (
  name TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  head_hash TEXT NOT NULL,
  tool_type TEXT NOT NULL,
  description TEXT,
  probe_url TEXT,
  rate_limit INTEGER,
  secret_name TEXT,
  secret_expires_at TEXT_TIME,
  changed_at TEXT_TIME NOT NULL,
  deleted_at TEXT_TIME
);

CREATE TABLE verifiers (
  name TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  head_hash TEXT NOT NULL,
  url TEXT,
  secret_id TEXT REFERENCES sealed_values (id),
  agent_id TEXT REFERENCES agents (id),
  categories TEXT_JSON NOT NULL CHECK (json_valid(categories)),
  changed_at TEXT_TIME NOT NULL,
  deleted_at TEXT_TIME
);

-- What a verifier that is an agent was asked last about a deployment, and what it has answered.
CREATE TABLE verifications (
  id TEXT PRIMARY KEY,
  deployment_id TEXT NOT NULL REFERENCES deployments (id),
  verifier TEXT NOT NULL REFERENCES verifiers (name),
  agent_id TEXT NOT NULL REFERENCES agents (id),
  job_id TEXT NOT NULL REFERENCES jobs (id),
  definition_sha256 TEXT NOT NULL,
  asked_at TEXT_TIME NOT NULL,
  answer_by TEXT_TIME NOT NULL,
  answered_at TEXT_TIME,
  checks TEXT_JSON CHECK (json_valid(checks))
);
CREATE UNIQUE INDEX verifications_deployment ON verifications (deployment_id, verifier);

CREATE TABLE tool_uses (
  deployment_id TEXT NOT NULL,
  tool_name TEXT NOT NULL,
  calls INTEGER NOT NULL,
  started_at TEXT_TIME NOT NULL,
  PRIMARY KEY (deployment_id, tool_name)
) WITHOUT ROWID;
CREATE INDEX tool_uses_tool ON tool_uses (tool_name, started_at);

-- room: resources
-- Amounts are whole base units: millicores, bytes, Kbps, thousandths of the rest; `unit` is the registered one.
CREATE TABLE resources (
  name TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  head_hash TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  unit TEXT NOT NULL,
  capacity INTEGER NOT NULL CHECK (capacity >= 0),
  allocated INTEGER NOT NULL CHECK (allocated >= 0),
  changed_at TEXT_TIME NOT NULL,
  deleted_at TEXT_TIME
);
CREATE INDEX resources_type ON resources (resource_type, name);

CREATE TABLE allocations (
  deployment_id TEXT NOT NULL REFERENCES deployments (id),
  resource_name TEXT NOT NULL REFERENCES resources (name),
  amount INTEGER NOT NULL CHECK (amount > 0),
  PRIMARY KEY (deployment_id, resource_name)
) WITHOUT ROWID;

-- room: estimates
CREATE TABLE predictors (
  prediction_key TEXT PRIMARY KEY,
  state TEXT_JSON NOT NULL CHECK (json_valid(state)),
  changed_at TEXT_TIME NOT NULL
) WITHOUT ROWID;

CREATE TABLE calibrations (
  deployment_id TEXT NOT NULL,
  target TEXT NOT NULL,
  job_name TEXT NOT NULL,
  category TEXT NOT NULL,
  predicted REAL NOT NULL,
  actual REAL NOT NULL,
  low_80 REAL NOT NULL,
  high_80 REAL NOT NULL,
  low_90 REAL NOT NULL,
  high_90 REAL NOT NULL,
  within_10_percent REAL NOT NULL,
  at TEXT_TIME NOT NULL,
  PRIMARY KEY (deployment_id, target)
) WITHOUT ROWID;
CREATE INDEX calibrations_target ON calibrations (target, at, deployment_id);

CREATE TABLE durations (
  duration_key TEXT PRIMARY KEY,
  recent TEXT_JSON NOT NULL CHECK (json_valid(recent)),
  changed_at TEXT_TIME NOT NULL
) WITHOUT ROWID;

CREATE TABLE price_overrides (
  model TEXT NOT NULL,
  valid_from TEXT_TIME NOT NULL,
  input_micros_per_million INTEGER NOT NULL,
  cached_input_micros_per_million INTEGER NOT NULL,
  output_micros_per_million INTEGER NOT NULL,
  PRIMARY KEY (model, valid_from)
);

CREATE TABLE learners (
  name TEXT PRIMARY KEY,
  touched_at TEXT_TIME
);
INSERT INTO learners (name) VALUES ('learner');

-- room: messages
CREATE TABLE messages (
  id TEXT PRIMARY KEY,
  to_agent TEXT NOT NULL,
  from_id TEXT NOT NULL,
  type TEXT NOT NULL,
  priority INTEGER NOT NULL,
  body TEXT_JSON NOT NULL CHECK (json_valid(body)),
  correlation_id TEXT,
  reply_to TEXT,
  state TEXT NOT NULL CHECK (state = 'queued' OR state = 'received' OR state = 'acknowledged' OR state = 'dead'),
  attempts INTEGER NOT NULL DEFAULT 0,
  receipt TEXT,
  lease_until TEXT_TIME,
  expires_at TEXT_TIME,
  dead_reason TEXT,
  sent_at TEXT_TIME NOT NULL,
  settled_at TEXT_TIME
);
CREATE INDEX messages_inbox ON messages (to_agent, state, priority, id);

-- room: approvals
CREATE TABLE approvals (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  head_hash TEXT NOT NULL,
  job_id TEXT NOT NULL REFERENCES jobs (id),
  deployment_id TEXT NOT NULL REFERENCES deployments (id),
  state TEXT NOT NULL
    CHECK (state = 'open' OR state = 'granted' OR state = 'rejected' OR state = 'expired' OR state = 'voided'
      OR state = 'consumed'),
  workflow_name TEXT NOT NULL,
  workflow TEXT_JSON NOT NULL CHECK (json_valid(workflow)),
  rules TEXT_JSON NOT NULL CHECK (json_valid(rules)),
  electorate TEXT_JSON NOT NULL CHECK (json_valid(electorate)),
  definition_sha256 TEXT NOT NULL,
  cost_ceiling_micros INTEGER NOT NULL CHECK (cost_ceiling_micros >= 0),
  environment TEXT NOT NULL,
  opened_at TEXT_TIME NOT NULL,
  deadline_at TEXT_TIME NOT NULL,
  granted_at TEXT_TIME,
  valid_seconds INTEGER NOT NULL,
  due_at TEXT_TIME,
  due_seconds INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX approvals_deployment ON approvals (deployment_id)
    WHERE state = 'open' OR state = 'granted' OR state = 'consumed';
CREATE INDEX approvals_of_deployment ON approvals (deployment_id, id);
CREATE INDEX approvals_job ON approvals (job_id, id);
CREATE INDEX approvals_due ON approvals (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE voters (
  approval_id TEXT NOT NULL REFERENCES approvals (id),
  voter_id TEXT NOT NULL,
  PRIMARY KEY (approval_id, voter_id)
) WITHOUT ROWID;
CREATE INDEX voters_voter ON voters (voter_id, approval_id);

CREATE TABLE ballots (
  id TEXT PRIMARY KEY,
  approval_id TEXT NOT NULL REFERENCES approvals (id),
  voter_id TEXT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('yes', 'no')),
  confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
  reasoning TEXT NOT NULL,
  evidence TEXT_JSON NOT NULL CHECK (json_valid(evidence)),
  cast_at TEXT_TIME NOT NULL
);
CREATE UNIQUE INDEX ballots_voter ON ballots (approval_id, voter_id);

CREATE TABLE asks (
  id TEXT PRIMARY KEY,
  approval_id TEXT NOT NULL REFERENCES approvals (id),
  voter_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state = 'waiting' OR state = 'done' OR state = 'failed'),
  due_at TEXT_TIME,
  due_seconds INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  fence INTEGER NOT NULL DEFAULT 0,
  lease_until TEXT_TIME,
  last_fault TEXT
);
CREATE UNIQUE INDEX asks_voter ON asks (approval_id, voter_id);
CREATE INDEX asks_due ON asks (due_at) WHERE due_at IS NOT NULL;

-- room: tasks
CREATE TABLE queue_matching (
  name TEXT PRIMARY KEY,
  touched_at TEXT_TIME
);
INSERT INTO queue_matching (name) VALUES ('queue matching');

-- A queue's id is what it serves: agent:<id>, or all: and its sorted capabilities joined by commas, or their hash.
CREATE TABLE queues (
  id TEXT PRIMARY KEY,
  capabilities TEXT_JSON NOT NULL CHECK (json_valid(capabilities))
) WITHOUT ROWID;

CREATE TABLE queue_agents (
  agent_id TEXT NOT NULL REFERENCES agents (id),
  queue_id TEXT NOT NULL REFERENCES queues (id),
  PRIMARY KEY (agent_id, queue_id)
) WITHOUT ROWID;

CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  job_id TEXT NOT NULL REFERENCES jobs (id),
  deployment_id TEXT NOT NULL REFERENCES deployments (id),
  name TEXT NOT NULL,
  agent_id TEXT,
  queue_id TEXT NOT NULL REFERENCES queues (id),
  place TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state = 'waiting' OR state = 'queued' OR state = 'delayed' OR state = 'running'
      OR state = 'succeeded' OR state = 'failed' OR state = 'cancelled'),
  priority INTEGER NOT NULL,
  depends_on TEXT_JSON NOT NULL CHECK (json_valid(depends_on)),
  input TEXT_JSON NOT NULL CHECK (json_valid(input)),
  output TEXT_JSON CHECK (json_valid(output)),
  max_attempts INTEGER NOT NULL,
  time_limit_seconds INTEGER NOT NULL,
  holder_id TEXT,
  claim_id TEXT,
  stop_reason TEXT,
  progress REAL,
  progress_note TEXT,
  model TEXT,
  input_tokens INTEGER NOT NULL DEFAULT 0,
  cached_tokens INTEGER NOT NULL DEFAULT 0,
  output_tokens INTEGER NOT NULL DEFAULT 0,
  cost_micros INTEGER NOT NULL DEFAULT 0,
  earlier_tokens INTEGER NOT NULL DEFAULT 0,
  earlier_cost_micros INTEGER NOT NULL DEFAULT 0,
  priced INTEGER_BOOLEAN NOT NULL DEFAULT 0,
  earlier_budget_micros INTEGER NOT NULL DEFAULT 0,
  alarm_micros INTEGER,
  last_error TEXT,
  settled_as TEXT,
  noted INTEGER_BOOLEAN NOT NULL DEFAULT 0,
  due_at TEXT_TIME,
  attempts INTEGER NOT NULL DEFAULT 0,
  fence INTEGER NOT NULL DEFAULT 0,
  lease_until TEXT_TIME,
  queued_at TEXT_TIME,
  started_at TEXT_TIME,
  stop_at TEXT_TIME,
  ended_at TEXT_TIME
);
CREATE UNIQUE INDEX tasks_deployment_name ON tasks (deployment_id, name);
CREATE INDEX tasks_queue ON tasks (queue_id, state, priority, place, id);
CREATE INDEX tasks_holder ON tasks (holder_id, state);
CREATE INDEX tasks_due ON tasks (due_at) WHERE due_at IS NOT NULL;
