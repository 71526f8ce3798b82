/**
 * The order in which every transaction locks rows, of each kind by its key: docs/decisions/lock-order.md says why.
 * An UPDATE and a DELETE lock, and so does `for update`; an INSERT waits for nobody and has no place.
 */

/** First to last, each with the columns of its key. */
export const order = {
  data_keys: ['id'],
  maintainers: ['name'],
  maintenance_runs: ['id'],
  learners: ['name'],
  agents: ['id'],
  recoveries: ['agent_id'],
  principals: ['id'],
  jobs: ['id'],
  approvals: ['id'],
  asks: ['id'],
  verifications: ['id'],
  budgets: ['scope', 'period'],
  resources: ['name'],
  tools: ['name'],
  verifiers: ['name'],
  templates: ['name'],
  price_overrides: ['model', 'valid_from'],
  queue_matching: ['name'],
  tasks: ['id'],
  messages: ['id'],
  message_types: ['name'],
  channel_lists: ['name'],
  refused_messages: ['from_id', 'type', 'to_role'],
  rotas: ['name'],
  fan_outs: ['name'],
  webhooks: ['id'],
  deliveries: ['id'],
  action_items: ['id'],
} as const satisfies Record<string, readonly string[]>;

/**
 * Has two places: who will hold an agent takes it first of all, and then may go on in the order. Who holds a job takes it in
 * its late place, and waits for agents then, by the references of what it inserts.
 */
export const early: keyof typeof order = 'queue_matching';

type Kind = keyof typeof order;

/**
 * Rows that change only under the lock of what they belong to, which is locked before them; they have no place of their own.
 * Of several kinds a row belongs to one.
 */
export const owned = {
  access_keys: 'principals',
  agent_capabilities: 'agents',
  agent_categories: 'agents',
  agent_records: 'learners',
  allocations: 'jobs',
  archived_jobs: 'maintenance_runs',
  ballots: 'approvals',
  deployments: 'jobs',
  durations: 'learners',
  idempotency_keys: 'maintenance_runs',
  job_agents: 'jobs',
  mailboxes: 'agents',
  message_channels: 'channel_lists',
  message_deaths: 'messages',
  predictors: 'learners',
  queue_agents: 'queue_matching',
  reservations: 'jobs',
  sealed_values: ['jobs', 'webhooks'],
  tool_uses: 'jobs',
  voters: 'approvals',
} as const satisfies Record<string, Kind | readonly Kind[]>;

/** Written once and never changed; where two must not both be written, a unique key says so. */
export const written = ['archived_heads', 'calibrations', 'digests', 'events', 'queues', 'seals'] as const;

/**
 * Where two who find nothing and insert meet a unique key, and one of them tries again; of seals there may be two of the
 * same events, for both are true.
 */
export const unique = [
  'action_items',
  'budgets',
  'data_keys',
  'deliveries',
  'digests',
  'idempotency_keys',
  'price_overrides',
  'queues',
  'rotas',
  'seals',
] as const;

/** Where nobody else is there yet. */
export const alone: ReadonlySet<string> = new Set(['voidStageLeases']);
