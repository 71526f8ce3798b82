/** The explicit plan of a job: its steps, who does each, what each waits for, and what undoes it. Pure. */
import { z } from 'zod';
import { jsonObject, name } from '../platform/wire.ts';

const words = z.array(name).min(1).max(20);

const performer = {
  agent: name.optional().describe('an agent of the job; else `capability` says who may take it'),
  capability: z.union([name, words]).optional().describe('whoever has it, or all of several, may take it'),
};

const limits = {
  input: jsonObject.default({}).describe('beside the input of the job; of two members of one name this one counts'),
  timeout_seconds: z.int().min(1).max(604_800).optional().describe('of one attempt; at most that of the job'),
  retries: z.int().min(0).max(100).optional().describe('max_retries of the job, where it is left out'),
};

export const Compensation = z
  .strictObject({ ...performer, ...limits })
  .meta({ id: 'Compensation', description: 'Undoes a step; by who may do the step, where it names nobody else' });

export const PlanStep = z
  .strictObject({
    name: name.max(100, 'expected at most 100 characters'),
    ...performer,
    depends_on: z.array(name).max(50).default([]).describe('steps whose outputs it is given'),
    ...limits,
    compensation: Compensation.optional(),
  })
  .meta({ id: 'PlanStep' });

export const Plan = z.array(PlanStep).min(1).max(50);

export type PlanStep = z.output<typeof PlanStep>;
export type Compensation = z.output<typeof Compensation>;

/** To whom a task goes: to one agent, or to whoever has all the capabilities, which are sorted then. */
export interface Performer {
  agent_id: string | null;
  capabilities: string[];
}

export const performerOf = ({ agent, capability = [] }: Pick<PlanStep, 'agent' | 'capability'>): Performer => ({
  agent_id: agent ?? null,
  capabilities: [...new Set([capability].flat())].toSorted(),
});

/** Who undoes a step. */
export const undoerOf = (step: PlanStep): Performer => {
  const { agent, capability } = step.compensation ?? {};
  return performerOf(agent === undefined && capability === undefined ? step : { agent, capability });
};

/** Each distinct set of capabilities that a plan needs of somebody, to be done and to be undone. */
export function capabilitySets(plan: readonly PlanStep[] = []): string[][] {
  const performers = plan.flatMap((step) => [performerOf(step), ...(step.compensation ? [undoerOf(step)] : [])]);
  const sets = performers.map(({ capabilities }) => capabilities).filter(({ length }) => length > 0);
  return [...new Map(sets.map((set) => [set.join(' '), set])).values()];
}

/** Whether somebody with these capabilities may take anything of a plan. */
export const mayTake = (plan: readonly PlanStep[] | undefined, capabilities: readonly string[]): boolean =>
  capabilitySets(plan).some((set) => set.every((word) => capabilities.includes(word)));

/** What is wrong with a plan, and where in it. */
export interface Misfit {
  path: (string | number)[];
  message: string;
}

/** Everything that makes a plan one that could not be run: what to do about it is in the message. */
export function misfitsOf(plan: readonly PlanStep[], agents: readonly string[]): Misfit[] {
  return [...plan.flatMap((step, at) => stepMisfits(step, { at, plan, agents })), ...cycleIn(plan)];
}

interface Place {
  at: number;
  plan: readonly PlanStep[];
  agents: readonly string[];
}

function stepMisfits(step: PlanStep, { at, plan, agents }: Place): Misfit[] {
  const { name: named, agent, capability, compensation } = step;
  const found: Misfit[] = [];
  if (plan.findIndex((other) => other.name === named) < at)
    found.push({ path: [at, 'name'], message: `another step is called "${named}": give each a name of its own` });
  if ((agent === undefined) === (capability === undefined))
    found.push({ path: [at], message: 'name either the agent that does it or the capability that it takes' });
  if (compensation?.agent !== undefined && compensation.capability !== undefined)
    found.push({ path: [at, 'compensation'], message: 'name the agent that does it or the capability, not both' });
  found.push(...foreign(agent, agents, [at, 'agent']));
  found.push(...foreign(compensation?.agent, agents, [at, 'compensation', 'agent']));
  return [...found, ...step.depends_on.flatMap((other, place) => dependencyMisfits(step, { other, place, at, plan }))];
}

const foreign = (agent: string | undefined, agents: readonly string[], path: Misfit['path']): Misfit[] =>
  agent === undefined || agents.includes(agent)
    ? []
    : [{ path, message: `"${agent}" is no agent of the job: name it in supporting_agents, or take one of them` }];

interface Dependency extends Omit<Place, 'agents'> {
  other: string;
  place: number;
}

function dependencyMisfits({ depends_on }: PlanStep, { other, place, at, plan }: Dependency): Misfit[] {
  const path = [at, 'depends_on', place];
  if (depends_on.indexOf(other) < place) return [{ path, message: `"${other}" is named twice: leave one out` }];
  if (plan.some((step) => step.name === other)) return [];
  return [{ path, message: `there is no step "${other}": name a step of this plan, or leave it out` }];
}

/** The first cycle, at the dependency that closes it. Steps that wait for nothing are taken away until none is left. */
function cycleIn(plan: readonly PlanStep[]): Misfit[] {
  const left = new Map(plan.map((step, at) => [step.name, { step, at }]));
  const waits = ({ depends_on }: PlanStep) => depends_on.find((other) => left.has(other));
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const [named, { step }] of left) if (waits(step) === undefined) left.delete(named);
  }
  const way: string[] = [];
  for (let [at] = left.keys(); at !== undefined;) {
    const found = left.get(at);
    const next = found === undefined ? undefined : waits(found.step);
    if (found === undefined || next === undefined) return [];
    way.push(at);
    if (way.includes(next)) return [closing([...way.slice(way.indexOf(next)), next], found)];
    at = next;
  }
  return [];
}

function closing(cycle: string[], { step, at }: { step: PlanStep; at: number }): Misfit {
  const path = [at, 'depends_on', step.depends_on.indexOf(cycle.at(-1) ?? '')];
  return { path, message: `${cycle.join(' waits for ')}, so none of them can begin: leave one out` };
}
