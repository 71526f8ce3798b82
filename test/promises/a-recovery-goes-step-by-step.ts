import type { Promised } from './promised.ts';

export interface Told {
  type: string;
  actor: string;
}

/** How an agent stands after each thing that is told of it; between two that are told at once it stands nowhere else. */
type Standing =
  'unknown' | 'active' | 'draining' | 'taken' | 'taken by muster' | 'recovering' | 'given up' | 'isolated' | 'retired';

const after: Record<string, Partial<Record<Standing, Standing>>> = {
  registered: { unknown: 'active' },
  isolated: { active: 'taken', draining: 'taken' },
  redistributed: { taken: 'isolated', 'taken by muster': 'recovering' },
  recovered: { recovering: 'active' },
  not_recovered: { recovering: 'given up' },
  escalated: { 'given up': 'isolated' },
  kept_isolated: { recovering: 'isolated' },
  draining: { active: 'draining' },
  restored: { draining: 'active', recovering: 'active', isolated: 'active', retired: 'active' },
  retired: { active: 'retired', draining: 'retired', recovering: 'retired', isolated: 'retired' },
};

const stays: readonly Standing[] = ['active', 'draining', 'recovering', 'isolated', 'retired'];
const stored: Partial<Record<Standing, string>> = { recovering: 'isolated' };

function next(standing: Standing, { type, actor }: Told): Standing | undefined {
  if (type === 'changed') return stays.includes(standing) ? standing : undefined;
  const then = after[type]?.[standing];
  return then === 'taken' && actor === 'muster' ? 'taken by muster' : then;
}

/** What is told of one agent out of its order, and whether its row says the same at the end. */
export function misstepsIn(told: readonly Told[], state: string): string[] {
  let standing: Standing = 'unknown';
  for (const each of told) {
    const then = next(standing, each);
    if (then === undefined) return [`is ${each.type} when it is ${standing}`];
    standing = then;
  }
  return (stored[standing] ?? standing) === state ? [] : [`is told to be ${standing} and is ${state}`];
}

export const aRecoveryGoesStepByStep: Promised = {
  sentence:
    'An agent that is isolated has its work redistributed at once, and one that fails too often is then recovered, or is not and escalated.',
  atEnd: ({ rows }) => {
    const told = Map.groupBy(
      rows<Told & { stream: string }>(
        "select stream, type, actor from events where stream like 'agent:%' order by stream, number",
      ),
      ({ stream }) => stream,
    );
    return rows<{ id: string; state: string }>('select id, state from agents').flatMap(({ id, state }) =>
      misstepsIn(told.get(`agent:${id}`) ?? [], state).map((words) => `${id} ${words}`),
    );
  },
};
