-- The road: everything from submit to learn, beside the SQLite file of the same name, which a test compares with this.
-- `npm run migrate` applies it; so does `sqlcmd -I -i 001_road.sql`.
-- Ids, keys, hashes and words are compared by their code units (BIN2): the usual collation takes two voters whose ids
-- differ in case for one. Columns of nvarchar(max) are JSON objects and arrays, or text of any length.
-- touched_at is written to lock a row. Money is bigint micro-dollars. Times are UTC.
-- Each section is written by the room it names, and by no other.
SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

-- room: platform
CREATE TABLE migrations (
  name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT migrations_pk PRIMARY KEY,
  applied_at datetime2(3) NOT NULL
);

-- One row for each transaction of late: whether one has happened whose answer was lost.
CREATE TABLE commits (
  id nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT commits_pk PRIMARY KEY
);
GO

-- room: events
-- The cursor is a rowversion: identities are given in another order than that of the commits.
CREATE TABLE events (
  [cursor] rowversion NOT NULL,
  stream nvarchar(160) COLLATE Latin1_General_100_BIN2 NOT NULL,
  number int NOT NULL CHECK (number > 0),
  type nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  at datetime2(3) NOT NULL,
  actor nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  trace nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  data nvarchar(max) NOT NULL CHECK (ISJSON(data) = 1),
  hash nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  CONSTRAINT events_pk PRIMARY KEY NONCLUSTERED (stream, number)
);
CREATE CLUSTERED INDEX events_cursor ON events ([cursor]);

CREATE TABLE seals (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT seals_pk PRIMARY KEY,
  at datetime2(3) NOT NULL,
  through_cursor bigint NOT NULL,
  heads nvarchar(max) NOT NULL CHECK (ISJSON(heads) = 1),
  key_id nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
  signature nvarchar(max) NOT NULL
);
GO

-- room: access
CREATE TABLE principals (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT principals_pk PRIMARY KEY,
  version int NOT NULL,
  head_hash nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  kind nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (kind IN ('person', 'service', 'agent')),
  name nvarchar(200) NOT NULL,
  roles nvarchar(max) NOT NULL CHECK (ISJSON(roles) = 1),
  owner_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL REFERENCES principals (id),
  created_at datetime2(3) NOT NULL,
  disabled_at datetime2(3) NULL,
  touched_at datetime2(3) NULL
);

CREATE TABLE access_keys (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT access_keys_pk PRIMARY KEY,
  principal_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES principals (id),
  secret_sha256 nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  created_at datetime2(3) NOT NULL,
  deleted_at datetime2(3) NULL
);
CREATE INDEX access_keys_principal ON access_keys (principal_id);

CREATE TABLE idempotency_keys (
  caller nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  operation nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  idempotency_key nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
  body_sha256 nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  resource_id nvarchar(max) NOT NULL,
  created_at datetime2(3) NOT NULL,
  CONSTRAINT idempotency_keys_pk PRIMARY KEY (caller, operation, idempotency_key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

CREATE TABLE sealed_values (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT sealed_values_pk PRIMARY KEY,
  path nvarchar(1500) COLLATE Latin1_General_100_BIN2 NOT NULL,
  key_id nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
  ciphertext nvarchar(max) NOT NULL,
  created_at datetime2(3) NOT NULL
);

CREATE TABLE action_items (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT action_items_pk PRIMARY KEY,
  code nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  subject nvarchar(160) COLLATE Latin1_General_100_BIN2 NOT NULL,
  detail nvarchar(max) NOT NULL,
  created_at datetime2(3) NOT NULL,
  done_at datetime2(3) NULL
);
CREATE UNIQUE INDEX action_items_open ON action_items (code, subject) WHERE done_at IS NULL;
GO

-- room: jobs
CREATE TABLE jobs (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT jobs_pk PRIMARY KEY,
  version int NOT NULL,
  head_hash nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  state nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL,
  job_name nvarchar(128) NOT NULL,
  category nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  priority int NOT NULL,
  primary_agent nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  environment nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  submitter_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES principals (id),
  owner_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES principals (id),
  deployment_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  deployment_number int NOT NULL,
  resume_state nvarchar(32) COLLATE Latin1_General_100_BIN2 NULL,
  blocked_code nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL,
  blocked_detail nvarchar(max) NULL,
  waits_for nvarchar(256) COLLATE Latin1_General_100_BIN2 NULL,
  waits_amount bigint NULL,
  blocked_at datetime2(3) NULL,
  blocked_seconds float NOT NULL DEFAULT 0,
  block_code_since datetime2(3) NULL,
  stop_reason nvarchar(max) NULL,
  outcome nvarchar(32) COLLATE Latin1_General_100_BIN2 NULL,
  outcome_reason nvarchar(max) NULL,
  time_limit_seconds int NOT NULL,
  trace nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  created_at datetime2(3) NOT NULL,
  changed_at datetime2(3) NOT NULL,
  started_at datetime2(3) NULL,
  stop_at datetime2(3) NULL,
  finished_at datetime2(3) NULL,
  due_at datetime2(3) NULL,
  due_seconds int NOT NULL DEFAULT 0,
  attempts int NOT NULL DEFAULT 0,
  fence int NOT NULL DEFAULT 0,
  lease_until datetime2(3) NULL,
  last_fault nvarchar(max) NULL,
  touched_at datetime2(3) NULL
);
CREATE INDEX jobs_due ON jobs (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX jobs_waits_for ON jobs (waits_for, priority, id) WHERE state = 'blocked';
CREATE INDEX jobs_state ON jobs (state, finished_at, id);
CREATE INDEX jobs_submitter ON jobs (submitter_id, id);

CREATE TABLE job_agents (
  job_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES jobs (id),
  agent_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  CONSTRAINT job_agents_pk PRIMARY KEY (job_id, agent_id)
);
CREATE INDEX job_agents_agent ON job_agents (agent_id, job_id);

CREATE TABLE templates (
  name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT templates_pk PRIMARY KEY,
  version int NOT NULL,
  head_hash nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  definition nvarchar(max) NOT NULL CHECK (ISJSON(definition) = 1),
  changed_at datetime2(3) NOT NULL,
  touched_at datetime2(3) NULL
);
GO

-- room: deployments
CREATE TABLE deployments (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT deployments_pk PRIMARY KEY,
  job_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES jobs (id),
  number int NOT NULL,
  definition nvarchar(max) NOT NULL CHECK (ISJSON(definition) = 1),
  estimate nvarchar(max) NULL CHECK (ISJSON(estimate) = 1),
  readiness nvarchar(max) NULL CHECK (ISJSON(readiness) = 1),
  alone_because nvarchar(1000) NULL,
  outcome nvarchar(32) COLLATE Latin1_General_100_BIN2 NULL,
  outcome_reason nvarchar(max) NULL,
  actual nvarchar(max) NULL CHECK (ISJSON(actual) = 1),
  created_at datetime2(3) NOT NULL,
  ended_at datetime2(3) NULL
);
CREATE UNIQUE INDEX deployments_job_number ON deployments (job_id, number);
GO

-- room: budgets
CREATE TABLE budgets (
  scope nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  period nvarchar(7) COLLATE Latin1_General_100_BIN2 NOT NULL,
  version int NOT NULL,
  head_hash nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  limit_micros bigint NOT NULL CHECK (limit_micros >= 0),
  reserved_micros bigint NOT NULL CHECK (reserved_micros >= 0),
  spent_micros bigint NOT NULL CHECK (spent_micros >= 0),
  touched_at datetime2(3) NULL,
  CONSTRAINT budgets_pk PRIMARY KEY (scope, period)
);

CREATE TABLE reservations (
  deployment_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES deployments (id),
  scope nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  period nvarchar(7) COLLATE Latin1_General_100_BIN2 NOT NULL,
  reserved_micros bigint NOT NULL CHECK (reserved_micros >= 0),
  spent_micros bigint NOT NULL CHECK (spent_micros >= 0),
  CONSTRAINT reservations_pk PRIMARY KEY (deployment_id, scope)
);
GO

-- room: agents
CREATE TABLE agents (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT agents_pk PRIMARY KEY REFERENCES principals (id),
  version int NOT NULL,
  head_hash nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  role nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (role IN ('supervisor', 'worker', 'category_head', 'observer')),
  state nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (state IN ('active', 'suspect', 'lost', 'draining', 'isolated', 'retired')),
  capabilities nvarchar(max) NOT NULL CHECK (ISJSON(capabilities) = 1),
  categories nvarchar(max) NOT NULL CHECK (ISJSON(categories) = 1),
  owner_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES principals (id),
  max_concurrent_tasks int NOT NULL CHECK (max_concurrent_tasks > 0),
  endpoint nvarchar(2048) NULL,
  endpoint_secret_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL REFERENCES sealed_values (id),
  model nvarchar(200) COLLATE Latin1_General_100_BIN2 NULL,
  agent_version nvarchar(100) NULL,
  card nvarchar(max) NULL CHECK (ISJSON(card) = 1),
  [load] nvarchar(max) NULL CHECK (ISJSON([load]) = 1),
  last_seen_at datetime2(3) NULL,
  due_at datetime2(3) NULL,
  created_at datetime2(3) NOT NULL,
  touched_at datetime2(3) NULL
);
CREATE INDEX agents_due ON agents (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE agent_categories (
  category nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  agent_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES agents (id),
  CONSTRAINT agent_categories_pk PRIMARY KEY (category, agent_id)
);

CREATE TABLE agent_capabilities (
  capability nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  agent_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES agents (id),
  CONSTRAINT agent_capabilities_pk PRIMARY KEY (capability, agent_id)
);

CREATE TABLE agent_records (
  agent_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT agent_records_pk PRIMARY KEY,
  completed int NOT NULL,
  failed int NOT NULL,
  tokens bigint NOT NULL,
  cost_micros bigint NOT NULL,
  duration_seconds float NOT NULL,
  durations nvarchar(max) NOT NULL CHECK (ISJSON(durations) = 1),
  changed_at datetime2(3) NOT NULL
);
GO

-- room: tools
CREATE TABLE tools (
  name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT tools_pk PRIMARY KEY,
  version int NOT NULL,
  head_hash nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  tool_type nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  description nvarchar(max) NULL,
  probe_url nvarchar(2048) NULL,
  rate_limit int NULL,
  secret_name nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  secret_expires_at datetime2(3) NULL,
  changed_at datetime2(3) NOT NULL,
  deleted_at datetime2(3) NULL,
  touched_at datetime2(3) NULL
);

CREATE TABLE verifiers (
  name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT verifiers_pk PRIMARY KEY,
  version int NOT NULL,
  head_hash nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  url nvarchar(2048) NULL,
  secret_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL REFERENCES sealed_values (id),
  agent_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL REFERENCES agents (id),
  categories nvarchar(max) NOT NULL CHECK (ISJSON(categories) = 1),
  changed_at datetime2(3) NOT NULL,
  deleted_at datetime2(3) NULL,
  touched_at datetime2(3) NULL
);

-- What a verifier that is an agent was asked last about a deployment, and what it has answered.
CREATE TABLE verifications (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT verifications_pk PRIMARY KEY,
  deployment_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES deployments (id),
  verifier nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES verifiers (name),
  agent_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES agents (id),
  job_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES jobs (id),
  definition_sha256 nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  asked_at datetime2(3) NOT NULL,
  answer_by datetime2(3) NOT NULL,
  answered_at datetime2(3) NULL,
  checks nvarchar(max) NULL CHECK (ISJSON(checks) = 1),
  touched_at datetime2(3) NULL
);
CREATE UNIQUE INDEX verifications_deployment ON verifications (deployment_id, verifier);

CREATE TABLE tool_uses (
  deployment_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  tool_name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  calls int NOT NULL,
  started_at datetime2(3) NOT NULL,
  CONSTRAINT tool_uses_pk PRIMARY KEY (deployment_id, tool_name)
);
CREATE INDEX tool_uses_tool ON tool_uses (tool_name, started_at);
GO

-- room: resources
-- Amounts are whole base units: millicores, bytes, Kbps, thousandths of the rest; `unit` is the registered one.
CREATE TABLE resources (
  name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT resources_pk PRIMARY KEY,
  version int NOT NULL,
  head_hash nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  resource_type nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  unit nvarchar(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
  capacity bigint NOT NULL CHECK (capacity >= 0),
  allocated bigint NOT NULL CHECK (allocated >= 0),
  changed_at datetime2(3) NOT NULL,
  deleted_at datetime2(3) NULL,
  touched_at datetime2(3) NULL
);
CREATE INDEX resources_type ON resources (resource_type, name);

CREATE TABLE allocations (
  deployment_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES deployments (id),
  resource_name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES resources (name),
  amount bigint NOT NULL CHECK (amount > 0),
  CONSTRAINT allocations_pk PRIMARY KEY (deployment_id, resource_name)
);
GO

-- room: estimates
CREATE TABLE predictors (
  prediction_key nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT predictors_pk PRIMARY KEY,
  state nvarchar(max) NOT NULL CHECK (ISJSON(state) = 1),
  changed_at datetime2(3) NOT NULL
);

CREATE TABLE calibrations (
  deployment_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  target nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  job_name nvarchar(128) NOT NULL,
  category nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  predicted float NOT NULL,
  actual float NOT NULL,
  low_80 float NOT NULL,
  high_80 float NOT NULL,
  low_90 float NOT NULL,
  high_90 float NOT NULL,
  within_10_percent float NOT NULL,
  at datetime2(3) NOT NULL,
  CONSTRAINT calibrations_pk PRIMARY KEY (deployment_id, target)
);
CREATE INDEX calibrations_target ON calibrations (target, at, deployment_id);

CREATE TABLE durations (
  duration_key nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT durations_pk PRIMARY KEY,
  recent nvarchar(max) NOT NULL CHECK (ISJSON(recent) = 1),
  changed_at datetime2(3) NOT NULL
);

CREATE TABLE price_overrides (
  model nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
  valid_from datetime2(3) NOT NULL,
  input_micros_per_million bigint NOT NULL,
  cached_input_micros_per_million bigint NOT NULL,
  output_micros_per_million bigint NOT NULL,
  CONSTRAINT price_overrides_pk PRIMARY KEY (model, valid_from)
);

CREATE TABLE learners (
  name nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT learners_pk PRIMARY KEY,
  touched_at datetime2(3) NULL
);
INSERT INTO learners (name) VALUES (N'learner');
GO

-- room: messages
CREATE TABLE messages (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT messages_pk PRIMARY KEY,
  to_agent nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  from_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  type nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  priority int NOT NULL,
  body nvarchar(max) NOT NULL CHECK (ISJSON(body) = 1),
  correlation_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  reply_to nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  state nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (state IN ('queued', 'received', 'acknowledged', 'dead')),
  attempts int NOT NULL DEFAULT 0,
  receipt nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  lease_until datetime2(3) NULL,
  expires_at datetime2(3) NULL,
  dead_reason nvarchar(max) NULL,
  sent_at datetime2(3) NOT NULL,
  settled_at datetime2(3) NULL,
  touched_at datetime2(3) NULL
);
CREATE INDEX messages_inbox ON messages (to_agent, state, priority, id);
GO

-- room: approvals
CREATE TABLE approvals (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT approvals_pk PRIMARY KEY,
  version int NOT NULL,
  head_hash nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  job_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES jobs (id),
  deployment_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES deployments (id),
  state nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (state IN ('open', 'granted', 'rejected', 'expired', 'voided', 'consumed')),
  workflow_name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  workflow nvarchar(max) NOT NULL CHECK (ISJSON(workflow) = 1),
  rules nvarchar(max) NOT NULL CHECK (ISJSON(rules) = 1),
  electorate nvarchar(max) NOT NULL CHECK (ISJSON(electorate) = 1),
  definition_sha256 nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
  cost_ceiling_micros bigint NOT NULL CHECK (cost_ceiling_micros >= 0),
  environment nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  opened_at datetime2(3) NOT NULL,
  deadline_at datetime2(3) NOT NULL,
  granted_at datetime2(3) NULL,
  valid_seconds float NOT NULL,
  due_at datetime2(3) NULL,
  due_seconds int NOT NULL DEFAULT 0,
  touched_at datetime2(3) NULL
);
CREATE UNIQUE INDEX approvals_deployment ON approvals (deployment_id) WHERE state IN ('open', 'granted', 'consumed');
CREATE INDEX approvals_of_deployment ON approvals (deployment_id, id);
CREATE INDEX approvals_job ON approvals (job_id, id);
CREATE INDEX approvals_due ON approvals (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE voters (
  approval_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES approvals (id),
  voter_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  CONSTRAINT voters_pk PRIMARY KEY (approval_id, voter_id)
);
CREATE INDEX voters_voter ON voters (voter_id, approval_id);

CREATE TABLE ballots (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT ballots_pk PRIMARY KEY,
  approval_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES approvals (id),
  voter_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  decision nvarchar(8) COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (decision IN ('yes', 'no')),
  confidence float NOT NULL CHECK (confidence BETWEEN 0 AND 1),
  reasoning nvarchar(max) NOT NULL,
  evidence nvarchar(max) NOT NULL CHECK (ISJSON(evidence) = 1),
  cast_at datetime2(3) NOT NULL
);
CREATE UNIQUE INDEX ballots_voter ON ballots (approval_id, voter_id);

CREATE TABLE asks (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT asks_pk PRIMARY KEY,
  approval_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES approvals (id),
  voter_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  state nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
  due_at datetime2(3) NULL,
  due_seconds int NOT NULL DEFAULT 0,
  attempts int NOT NULL DEFAULT 0,
  fence int NOT NULL DEFAULT 0,
  lease_until datetime2(3) NULL,
  last_fault nvarchar(max) NULL
);
CREATE UNIQUE INDEX asks_voter ON asks (approval_id, voter_id);
CREATE INDEX asks_due ON asks (due_at) WHERE due_at IS NOT NULL;
GO

-- room: tasks
CREATE TABLE queue_matching (
  name nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT queue_matching_pk PRIMARY KEY,
  touched_at datetime2(3) NULL
);
INSERT INTO queue_matching (name) VALUES (N'queue matching');

-- A queue's id is what it serves: agent:<id>, or all: and its sorted capabilities joined by commas, or their hash.
CREATE TABLE queues (
  id nvarchar(300) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT queues_pk PRIMARY KEY,
  capabilities nvarchar(max) NOT NULL CHECK (ISJSON(capabilities) = 1)
);

CREATE TABLE queue_agents (
  agent_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES agents (id),
  queue_id nvarchar(300) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES queues (id),
  CONSTRAINT queue_agents_pk PRIMARY KEY (agent_id, queue_id)
);

CREATE TABLE tasks (
  id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT tasks_pk PRIMARY KEY,
  job_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES jobs (id),
  deployment_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES deployments (id),
  name nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  agent_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  queue_id nvarchar(300) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES queues (id),
  place nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  state nvarchar(32) COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (state IN ('waiting', 'queued', 'delayed', 'running', 'succeeded', 'failed', 'cancelled')),
  priority int NOT NULL,
  depends_on nvarchar(max) NOT NULL CHECK (ISJSON(depends_on) = 1),
  input nvarchar(max) NOT NULL CHECK (ISJSON(input) = 1),
  [output] nvarchar(max) NULL CHECK (ISJSON([output]) = 1),
  max_attempts int NOT NULL,
  time_limit_seconds int NOT NULL,
  holder_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  claim_id nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL,
  stop_reason nvarchar(max) NULL,
  progress float NULL,
  progress_note nvarchar(max) NULL,
  model nvarchar(200) COLLATE Latin1_General_100_BIN2 NULL,
  input_tokens bigint NOT NULL DEFAULT 0,
  cached_tokens bigint NOT NULL DEFAULT 0,
  output_tokens bigint NOT NULL DEFAULT 0,
  cost_micros bigint NOT NULL DEFAULT 0,
  earlier_tokens bigint NOT NULL DEFAULT 0,
  earlier_cost_micros bigint NOT NULL DEFAULT 0,
  priced bit NOT NULL DEFAULT 0,
  earlier_budget_micros bigint NOT NULL DEFAULT 0,
  alarm_micros bigint NULL,
  last_error nvarchar(max) NULL,
  settled_as nvarchar(32) COLLATE Latin1_General_100_BIN2 NULL,
  noted bit NOT NULL DEFAULT 0,
  due_at datetime2(3) NULL,
  attempts int NOT NULL DEFAULT 0,
  fence int NOT NULL DEFAULT 0,
  lease_until datetime2(3) NULL,
  queued_at datetime2(3) NULL,
  started_at datetime2(3) NULL,
  stop_at datetime2(3) NULL,
  ended_at datetime2(3) NULL,
  touched_at datetime2(3) NULL
);
CREATE UNIQUE INDEX tasks_deployment_name ON tasks (deployment_id, name);
CREATE INDEX tasks_queue ON tasks (queue_id, state, priority, place, id);
CREATE INDEX tasks_holder ON tasks (holder_id, state);
CREATE INDEX tasks_due ON tasks (due_at) WHERE due_at IS NOT NULL;
GO

INSERT INTO migrations (name, applied_at) VALUES (N'001_road.sql', SYSUTCDATETIME());
GO
