/**
 * Counts a question's ballots. Pure. Two voters of one owner count once, and each owner in one group, so
 * that the counts are a matching of owners with the groups' seats.
 */
import type { Group, Workflow } from './policy.ts';

export interface Voter {
  id: string;
  /** Whom the voter belongs to, or the voter. */
  owner_id: string;
  groups: readonly string[];
  veto: boolean;
}

export interface Cast {
  voter_id: string;
  decision: 'yes' | 'no';
}

export interface GroupCount {
  group: string;
  needed: number;
  /** Owners that said yes and are counted here. */
  have: number;
  /** As many could still be, if everybody who has not said no says yes. */
  possible: number;
}

export interface Tally {
  decision: 'open' | 'granted' | 'rejected';
  groups: GroupCount[];
  /** Distinct owners whose no is a veto, of so many that reject; null where nobody has one. */
  vetoes: { needed: number; have: number } | null;
  reasoning: string;
}

/**
 * Granted or rejected as soon as no further ballot can change it. Rejected only by ballots of no: where
 * absence alone makes yes impossible, it stays open until its deadline.
 */
export function tally(workflow: Workflow, electorate: readonly Voter[], ballots: readonly Cast[]): Tally {
  const said = new Map(ballots.map(({ voter_id, decision }) => [voter_id, decision]));
  const yes = electorate.filter(({ id }) => said.get(id) === 'yes');
  const notNo = electorate.filter(({ id }) => said.get(id) !== 'no');
  const have = seats(workflow, yes);
  const possible = seats(workflow, notNo);
  const groups = workflow.groups.map(({ name, needed }, at) => ({
    group: name,
    needed,
    have: have[at] ?? 0,
    possible: possible[at] ?? 0,
  }));
  const vetoes = vetoesIn(workflow, electorate, said);
  const decision = decide(workflow, { electorate, yes, notNo, vetoes });
  return { decision, groups, vetoes: publicVetoes(vetoes), reasoning: wordsFor(workflow, { decision, groups, said }) };
}

/** Whether these voters are enough for a yes, if all of them say it. */
export function isEnough(workflow: Workflow, voters: readonly Voter[]): boolean {
  const taken = seats(workflow, voters);
  if (workflow.groups.some(({ needed }, at) => (taken[at] ?? 0) < needed)) return false;
  return workflow.method !== 'weighted' || weightOf(workflow, voters) >= workflow.threshold;
}

interface Counted {
  electorate: readonly Voter[];
  yes: readonly Voter[];
  notNo: readonly Voter[];
  vetoes: Vetoes | null;
}

function decide(workflow: Workflow, { electorate, yes, notNo, vetoes }: Counted): Tally['decision'] {
  if (vetoes !== null && vetoes.have >= vetoes.needed) return 'rejected';
  const couldVeto = vetoes !== null && vetoes.possible >= vetoes.needed;
  if (isEnough(workflow, yes)) return couldVeto ? 'open' : 'granted';
  return !isEnough(workflow, notNo) && isEnough(workflow, electorate) ? 'rejected' : 'open';
}

interface Vetoes {
  needed: number;
  have: number;
  /** If everybody who may, and has not said yes, says no. */
  possible: number;
}

function vetoesIn({ veto }: Workflow, electorate: readonly Voter[], said: ReadonlyMap<string, string>): Vetoes | null {
  if (veto === undefined) return null;
  const may = electorate.filter((voter) => voter.veto);
  const owners = (voters: readonly Voter[]) => new Set(voters.map(({ owner_id }) => owner_id)).size;
  return {
    needed: veto.needed,
    have: owners(may.filter(({ id }) => said.get(id) === 'no')),
    possible: owners(may.filter(({ id }) => said.get(id) !== 'yes')),
  };
}

const publicVetoes = (vetoes: Vetoes | null): Tally['vetoes'] =>
  vetoes === null ? null : { needed: vetoes.needed, have: vetoes.have };

/** The groups in which each owner has one of these voters. */
function groupsByOwner(voters: readonly Voter[]): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>();
  for (const { owner_id, groups } of voters) {
    const mine = owners.get(owner_id) ?? new Set();
    owners.set(owner_id, mine);
    for (const group of groups) mine.add(group);
  }
  return owners;
}

/** How many seats of each group are taken when as many as possible are: augmenting paths (Kuhn). */
function seats({ groups }: Workflow, voters: readonly Voter[]): number[] {
  const mine = groupsByOwner(voters);
  const seated: string[][] = groups.map(() => []);
  const seat = (owner: string, tried: Set<number>): boolean => {
    for (const [at, group] of groups.entries()) {
      if (tried.has(at) || mine.get(owner)?.has(group.name) !== true) continue;
      tried.add(at);
      if (takeSeat(seated[at] ?? [], { owner, group, moveOn: (other) => seat(other, tried) })) return true;
    }
    return false;
  };
  for (const owner of mine.keys()) seat(owner, new Set());
  return seated.map((owners) => owners.length);
}

interface Taking {
  owner: string;
  group: Group;
  /** Finds somebody a seat in another group. */
  moveOn: (owner: string) => boolean;
}

function takeSeat(taken: string[], { owner, group, moveOn }: Taking): boolean {
  if (taken.length < group.needed) {
    taken.push(owner);
    return true;
  }
  const freed = taken.findIndex(moveOn);
  if (freed >= 0) taken[freed] = owner;
  return freed >= 0;
}

/** The weight of each owner's weightiest voter, added up. */
function weightOf({ groups }: Workflow, voters: readonly Voter[]): number {
  const weights = [...groupsByOwner(voters).values()].map((mine) =>
    groups.filter(({ name }) => mine.has(name)).reduce((most, { weight }) => Math.max(most, weight), 0),
  );
  return weights.reduce((sum, weight) => sum + weight, 0);
}

interface Told {
  decision: Tally['decision'];
  groups: readonly GroupCount[];
  said: ReadonlyMap<string, string>;
}

function wordsFor(workflow: Workflow, { decision, groups, said }: Told): string {
  const counts = groups
    .map(({ group, needed, have }) => `${have} of ${needed} ${group.replaceAll('_', ' ')}`)
    .join(', ');
  const no = [...said].filter(([, decision]) => decision === 'no').map(([id]) => id);
  if (decision === 'granted') return `Granted under ${workflow.name}: ${counts} said yes.`;
  if (decision === 'open') return `Open under ${workflow.name}: ${counts} said yes.`;
  return `Rejected under ${workflow.name}: the no of ${no.join(', ')} leaves too few who can say yes (${counts} did).`;
}
