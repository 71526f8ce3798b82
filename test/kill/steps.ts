/** The matrix: every transaction of Muster, by the road that passes it, and the points at which its process may die. */
import { points } from '../world/points.ts';
import type { Moment } from './acts.ts';
import type { RoadName } from './roads.ts';
import { stageNames, verbs } from './verbs.ts';

export interface Cell {
  road: RoadName;
  /** The transaction, or the verb or stage that is answered. */
  where: string;
  point: Moment;
}

/** Whether this moment is the cell's. A call outward is named by its host, and each road has one. */
export const isOf = ({ point, where }: Cell, moment: Moment, name: string): boolean =>
  moment === point && (name === where || point.endsWith('call'));

/** What the proof names: every stage, and what callers wait for most. */
const first: Record<string, RoadName> = {
  submitJob: 'whole',
  estimateJob: 'whole',
  'validateJob claim': 'whole',
  validateJob: 'checked',
  'askVoter claim': 'asked',
  askVoter: 'asked',
  castBallot: 'whole',
  executeJob: 'whole',
  claimTasks: 'whole',
  completeTask: 'whole',
  learnFromJob: 'whole',
  wakeJobs: 'waiting',
};

const others: Record<string, RoadName> = {
  blockJob: 'broke',
  putBudget: 'broke',
  registerTool: 'waiting',
  deleteTool: 'waiting',
  heartbeat: 'stumbling',
  reportProgress: 'stumbling',
  failTask: 'stumbling',
  releaseTask: 'stumbling',
  changeDefinition: 'withdrawn',
  cancelJob: 'withdrawn',
  retryJob: 'withdrawn',
  sweepJobs: 'swept',
  sweepApprovals: 'swept',
  sweepAsks: 'swept',
  sweepTasks: 'swept',
  sweepMessages: 'swept',
  sendMessages: 'mailed',
  receiveMessages: 'mailed',
  settleMessages: 'mailed',
  putMessageType: 'office',
  putChannels: 'office',
  putTemplate: 'templated',
  submitFromTemplate: 'templated',
  sealRecord: 'templated',
  putPrices: 'office',
  putPrincipal: 'office',
  deletePrincipal: 'office',
  issueKey: 'office',
  deleteKey: 'office',
  registerAgent: 'office',
  takeRecoveries: 'recovering',
  isolateFailing: 'recovering',
  recoverAgent: 'recovering',
  isolateAgent: 'office',
  restoreAgent: 'office',
  drainAgent: 'office',
  retireAgent: 'office',
  registerVerifier: 'office',
  deleteVerifier: 'office',
  registerResource: 'office',
  deleteResource: 'office',
};

const calling: ReadonlySet<string> = new Set(['validateJob', 'askVoter']);
const answered: ReadonlySet<string> = new Set([...stageNames, ...Object.keys(verbs)]);
const heard: ReadonlySet<string> = new Set(Object.keys(verbs));

const cellsOf = (steps: Record<string, RoadName>): Cell[] =>
  Object.entries(steps).flatMap(([where, road]) =>
    ([...points, 'before-answer', 'after-answer'] as const)
      .filter((point) => !point.endsWith('call') || calling.has(where))
      .filter((point) => point !== 'before-answer' || answered.has(where))
      .filter((point) => point !== 'after-answer' || heard.has(where))
      .map((point) => ({ where, road, point })),
  );

export const cells = { first: cellsOf(first), others: cellsOf(others) };
export const known: ReadonlySet<string> = new Set([...Object.keys(first), ...Object.keys(others)]);

/** Once along a road. */
export interface Way {
  road: RoadName;
  /** Where it leads, and lives are to end. */
  cells: readonly Cell[];
  /** Each goes the road with other jobs in another order, and a point is passed another number of times before the end. */
  turn: number;
}

/** The roads to these cells, each gone so many times. */
export const waysTo = (to: readonly Cell[], { turns, from = 0 }: { turns: number; from?: number }): Way[] =>
  [...Map.groupBy(to, ({ road }) => road)].flatMap(([road, on]) =>
    Array.from({ length: turns }, (_, turn) => ({ road, cells: on, turn: from + turn })),
  );
