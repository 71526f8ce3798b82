/** What is measured, as histograms: the names, units and attributes that leave this process. */

export interface Measure {
  unit: 's' | '{token}';
  /** What a reader of a chart should know. */
  description: string;
  /** Attributes by which it can be split; few values each. */
  attributes: readonly string[];
  /** Upper bounds of its buckets. */
  bounds: readonly number[];
}

const fast = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
/** As the semantic conventions of HTTP advise. */
const usual = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const patient = [0.1, 1, 5, 15, 60, 300, 900, 3600, 14_400, 43_200, 86_400];
/** As the semantic conventions of generative AI advise. */
const tokens = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];
const genAi = ['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.request.model'];

export const measures = {
  'muster.job.duration': {
    unit: 's',
    description: 'From the submission of a job to its end',
    attributes: ['muster.job.state', 'muster.job.category'],
    bounds: patient,
  },
  'muster.stage.duration': {
    unit: 's',
    description: 'From a bell to the end of its stage',
    attributes: ['muster.stage', 'muster.refusal', 'error.type'],
    bounds: usual,
  },
  'muster.approval.duration': {
    unit: 's',
    description: 'From the opening of a question to its settlement',
    attributes: ['muster.approval.workflow', 'muster.approval.state'],
    bounds: patient,
  },
  'muster.task.queue.duration': {
    unit: 's',
    description: 'How long a task waited in its queue for the claim that took it',
    attributes: ['muster.task.priority'],
    bounds: patient,
  },
  'muster.claim.duration': {
    unit: 's',
    description: 'From the look that found work to the commit of its leases',
    attributes: [],
    bounds: usual,
  },
  'gen_ai.client.token.usage': {
    unit: '{token}',
    description: 'Tokens that an agent has reported for one attempt at a task',
    attributes: [...genAi, 'gen_ai.token.type'],
    bounds: tokens,
  },
  'gen_ai.client.operation.duration': {
    unit: 's',
    description: 'From the claim of a task to its end',
    attributes: [...genAi, 'error.type'],
    bounds: patient,
  },
  'http.server.request.duration': {
    unit: 's',
    description: 'Requests to Muster; long polls wait by intent',
    attributes: ['http.request.method', 'http.route', 'http.response.status_code', 'error.type'],
    bounds: usual,
  },
  'http.client.request.duration': {
    unit: 's',
    description: 'Calls of the guarded client: endpoints of voters, probes, verifiers',
    attributes: ['http.request.method', 'server.address', 'http.response.status_code', 'error.type'],
    bounds: usual,
  },
  'db.client.operation.duration': {
    unit: 's',
    description: 'Statements and batches',
    attributes: ['db.system.name', 'db.operation.name', 'db.collection.name', 'error.type'],
    bounds: fast,
  },
} as const satisfies Record<string, Measure>;

export type MeasureName = keyof typeof measures;
