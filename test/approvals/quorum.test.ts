import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Group, Workflow } from '../../shared/approvals/policy.ts';
import { isEnough, tally, type Cast, type Voter } from '../../shared/approvals/quorum.ts';

const group = (name: string, needed: number, weight = 1): Group => ({
  name,
  title: name,
  voter: 'true',
  needed,
  weight,
});

const workflow = (groups: Group[], more: Partial<Workflow> = {}): Workflow => ({
  name: 'test',
  rank: 1,
  method: 'binary',
  threshold: 0,
  groups,
  ...more,
});

const voter = (id: string, groups: string[], more: Partial<Voter> = {}): Voter => ({
  id,
  owner_id: `owner of ${id}`,
  groups,
  veto: false,
  ...more,
});

const yes = (...ids: string[]): Cast[] => ids.map((voter_id) => ({ voter_id, decision: 'yes' }));
const no = (...ids: string[]): Cast[] => ids.map((voter_id) => ({ voter_id, decision: 'no' }));

describe('two of the heads', () => {
  const two = workflow([group('heads', 2)]);
  const heads = ['a', 'b', 'c'].map((id) => voter(id, ['heads']));

  test('the second yes grants, before the third has spoken', () => {
    expect(tally(two, heads, yes('a')).decision).toBe('open');
    const granted = tally(two, heads, yes('a', 'b'));
    expect(granted).toMatchObject({
      decision: 'granted',
      groups: [{ group: 'heads', needed: 2, have: 2, possible: 2 }],
    });
    expect(granted.reasoning).toBe('Granted under test: 2 of 2 heads said yes.');
  });

  test('one no of three leaves two, two leave too few', () => {
    expect(tally(two, heads, no('a'))).toMatchObject({ decision: 'open', groups: [{ have: 0, possible: 2 }] });
    expect(tally(two, heads, no('a', 'b'))).toMatchObject({ decision: 'rejected', groups: [{ possible: 1 }] });
  });

  test('a rejection names who said no', () => {
    expect(tally(two, heads, no('a', 'c')).reasoning).toContain('the no of a, c');
  });

  test('a ballot of somebody who is no voter counts nothing', () => {
    expect(tally(two, heads, [...yes('a'), ...yes('stranger')]).decision).toBe('open');
  });

  test('where too few voters exist, absence is not a rejection', () => {
    expect(tally(two, heads.slice(0, 1), no('a')).decision).toBe('open');
  });
});

describe('owners', () => {
  const two = workflow([group('heads', 2)]);

  test('two voters of one owner count once', () => {
    const heads = [
      voter('a', ['heads'], { owner_id: 'same' }),
      voter('b', ['heads'], { owner_id: 'same' }),
      voter('c', ['heads']),
    ];
    expect(tally(two, heads, yes('a', 'b'))).toMatchObject({ decision: 'open', groups: [{ have: 1, possible: 2 }] });
    expect(tally(two, heads, yes('a', 'c')).decision).toBe('granted');
  });

  test('a no of one voter does not take the owner’s other voter away', () => {
    const heads = [
      voter('a', ['heads'], { owner_id: 'same' }),
      voter('b', ['heads'], { owner_id: 'same' }),
      voter('c', ['heads']),
    ];
    expect(tally(two, heads, no('a')).decision).toBe('open');
    expect(tally(two, heads, no('a', 'b')).decision).toBe('rejected');
  });

  test('an owner in two groups by two voters is seated in one', () => {
    const both = workflow([group('heads', 1), group('humans', 1)]);
    const voters = [
      voter('agent', ['heads'], { owner_id: 'ann' }),
      voter('ann', ['humans'], { owner_id: 'ann' }),
      voter('bob', ['humans'], { owner_id: 'bob' }),
    ];
    expect(tally(both, voters, yes('agent', 'ann')).decision).toBe('open');
    expect(tally(both, voters, yes('agent', 'ann', 'bob')).decision).toBe('granted');
    expect(isEnough(both, voters.slice(0, 2))).toBe(false);
  });
});

describe('several groups', () => {
  const both = workflow([group('heads', 2), group('humans', 1)]);

  test('each needs its number', () => {
    const voters = [voter('a', ['heads']), voter('b', ['heads']), voter('h', ['humans'])];
    expect(tally(both, voters, yes('a', 'b')).decision).toBe('open');
    expect(tally(both, voters, yes('a', 'b', 'h')).decision).toBe('granted');
    expect(tally(both, voters, no('h')).decision).toBe('rejected');
  });

  test('who is in both moves to where a seat is free, whoever spoke first', () => {
    const voters = [voter('either', ['heads', 'humans']), voter('a', ['heads']), voter('b', ['heads'])];
    for (const order of [yes('either', 'a', 'b'), yes('a', 'b', 'either'), yes('b', 'either', 'a')]) {
      expect(tally(both, voters, order).decision).toBe('granted');
    }
  });

  test('who is in both is not counted in both', () => {
    const voters = [voter('either', ['heads', 'humans']), voter('a', ['heads']), voter('b', ['heads'])];
    expect(tally(both, voters, yes('either', 'a')).decision).toBe('open');
    expect(tally(both, voters, no('b')).decision).toBe('rejected');
  });
});

describe('weights', () => {
  const weighted = workflow([group('heads', 0, 2), group('peers', 0)], { method: 'weighted', threshold: 3 });
  const voters = [voter('head', ['heads']), voter('p', ['peers']), voter('q', ['peers'])];

  test('those who say yes must reach the threshold', () => {
    expect(tally(weighted, voters, yes('p', 'q')).decision).toBe('open');
    expect(tally(weighted, voters, yes('head', 'p')).decision).toBe('granted');
  });

  test('a no that leaves too little weight rejects', () => {
    expect(tally(weighted, voters, no('head')).decision).toBe('rejected');
    expect(tally(weighted, voters, no('p')).decision).toBe('open');
  });
});

describe('vetoes', () => {
  const withVeto = workflow([group('peers', 2)], { veto: { voter: 'true', needed: 1 } });
  const voters = [voter('a', ['peers']), voter('b', ['peers']), voter('boss', [], { veto: true })];

  test('one rejects, whatever the yes', () => {
    expect(tally(withVeto, voters, [...yes('a', 'b'), ...no('boss')])).toMatchObject({
      decision: 'rejected',
      vetoes: { needed: 1, have: 1 },
    });
  });

  test('enough yes wait while a veto may still come', () => {
    expect(tally(withVeto, voters, yes('a', 'b')).decision).toBe('open');
    expect(tally(withVeto, voters, yes('a', 'b', 'boss')).decision).toBe('granted');
  });
});

describe('against brute force', () => {
  /** Every way to give each owner one of its groups, or none: is there one that fills all seats? */
  function bruteEnough(flow: Workflow, voters: readonly Voter[]): boolean {
    const owners = [...new Set(voters.map(({ owner_id }) => owner_id))].map((owner) => [
      ...new Set(voters.filter(({ owner_id }) => owner_id === owner).flatMap(({ groups }) => groups)),
    ]);
    const weight = owners
      .map((groups) => Math.max(0, ...flow.groups.filter(({ name }) => groups.includes(name)).map((g) => g.weight)))
      .reduce((sum, each) => sum + each, 0);
    if (flow.method === 'weighted' && weight < flow.threshold) return false;
    const fill = (at: number, counts: Record<string, number>): boolean => {
      const mine = owners[at];
      if (mine === undefined) return flow.groups.every(({ name, needed }) => (counts[name] ?? 0) >= needed);
      return fill(at + 1, counts) || mine.some((name) => fill(at + 1, { ...counts, [name]: (counts[name] ?? 0) + 1 }));
    };
    return fill(0, {});
  }

  type Said = Map<string, 'yes' | 'no'>;

  /** What holds if nobody else ever votes. */
  function bruteVerdict(flow: Workflow, voters: readonly Voter[], said: Said): 'granted' | 'rejected' | 'none' {
    const vetoers = voters.filter(({ id, veto }) => veto && said.get(id) === 'no').map(({ owner_id }) => owner_id);
    if (flow.veto !== undefined && new Set(vetoers).size >= flow.veto.needed) return 'rejected';
    return bruteEnough(
      flow,
      voters.filter(({ id }) => said.get(id) === 'yes'),
    )
      ? 'granted'
      : 'none';
  }

  /** Every way in which those who have not voted may vote, or stay away. */
  function completions(voters: readonly Voter[], said: Said): Said[] {
    return voters.reduce<Said[]>(
      (all, { id }) =>
        said.has(id)
          ? all
          : all.flatMap((one) => [one, new Map(one).set(id, 'yes' as const), new Map(one).set(id, 'no' as const)]),
      [said],
    );
  }

  function bruteDecision(flow: Workflow, voters: readonly Voter[], said: Said): 'open' | 'granted' | 'rejected' {
    const ends = completions(voters, said).map((end) => bruteVerdict(flow, voters, end));
    if (ends.every((end) => end === 'granted')) return 'granted';
    if (ends.every((end) => end === 'rejected')) return 'rejected';
    return ends.includes('granted') || !bruteEnough(flow, voters) ? 'open' : 'rejected';
  }

  const names = ['x', 'y', 'z'];
  const anyWorkflow = fc
    .record({
      needed: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 }),
      weights: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 3 }),
      weighted: fc.boolean(),
      threshold: fc.integer({ min: 0, max: 6 }),
      veto: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
    })
    .map(({ needed, weights, weighted, threshold, veto }) =>
      workflow(
        needed.map((count, at) => group(names[at] ?? '', count, weights[at] ?? 1)),
        {
          method: weighted ? 'weighted' : 'binary',
          threshold,
          ...(veto === undefined ? {} : { veto: { voter: 'true', needed: veto } }),
        },
      ),
    );
  const anyVoters = fc
    .array(
      fc.record({
        owner_id: fc.constantFrom('o1', 'o2', 'o3', 'o4', 'o5'),
        groups: fc.subarray(names),
        veto: fc.boolean(),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((voters) => voters.map((each, at): Voter => ({ id: `v${at}`, ...each })));
  const anyBallots = fc.array(fc.option(fc.constantFrom('yes' as const, 'no' as const), { nil: undefined }), {
    minLength: 6,
    maxLength: 6,
  });

  test('settles exactly when no further ballot can change the outcome', () => {
    fc.assert(
      fc.property(anyWorkflow, anyVoters, anyBallots, (flow, voters, decisions) => {
        const said: Said = new Map();
        for (const [at, { id }] of voters.entries()) {
          const decision = decisions[at];
          if (decision !== undefined) said.set(id, decision);
        }
        const ballots = [...said].map(([voter_id, decision]) => ({ voter_id, decision }));
        const result = tally(flow, voters, ballots);
        expect(result.decision).toBe(bruteDecision(flow, voters, said));
        expect(isEnough(flow, voters)).toBe(bruteEnough(flow, voters));
        for (const { have, needed, possible } of result.groups) {
          expect(have).toBeLessThanOrEqual(needed);
          expect(possible).toBeLessThanOrEqual(needed);
        }
      }),
      { numRuns: 1500 },
    );
  });

  test('the order of ballots and voters changes nothing', () => {
    fc.assert(
      fc.property(
        anyWorkflow,
        anyVoters,
        anyBallots,
        fc.infiniteStream(fc.nat(1000)),
        (flow, voters, decisions, picks) => {
          const ballots = voters.flatMap(({ id: voter_id }, at) => {
            const decision = decisions[at];
            return decision === undefined ? [] : [{ voter_id, decision }];
          });
          const shuffled = <T>(items: readonly T[]): T[] =>
            items
              .map((item) => ({ item, at: picks.next().value }))
              .toSorted((a, b) => a.at - b.at)
              .map(({ item }) => item);
          expect(tally(flow, shuffled(voters), shuffled(ballots)).decision).toBe(tally(flow, voters, ballots).decision);
        },
      ),
    );
  });
});
