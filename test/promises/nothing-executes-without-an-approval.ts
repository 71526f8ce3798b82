import { canonical, sha256 } from './canonical.ts';
import { note, noted, notes } from './noted.ts';
import type { Look, Promised } from './promised.ts';

interface Run {
  deployment_id: string;
  job_id: string;
  submitter_id: string;
  definition: string;
  estimate: string;
  approval_id: string | null;
  definition_sha256: string;
  workflow_name: string;
  cost_ceiling_micros: number;
}

interface Definition {
  primary_agent: string;
  supporting_agents: string[];
  environment: string;
  priority: number;
  category: string;
}

interface Yes {
  approval_id: string;
  voter_id: string;
}

/** Heads and people that must have said yes. */
const policies: Record<string, [heads: number, people: number]> = { standard: [2, 0], critical: [3, 1] };

/** Every deployment that has tasks or money, with the approval it has used. */
const runs = `select d.id deployment_id, j.id job_id, j.submitter_id, d.definition, d.estimate, a.id approval_id,
    a.definition_sha256, a.workflow_name, a.cost_ceiling_micros
  from deployments d join jobs j on j.id = d.job_id
  left join approvals a on a.deployment_id = d.id and a.state = 'consumed'
  where d.id in (select deployment_id from tasks union select deployment_id from reservations)`;

/** Whoever is disabled, or whose owner is. */
const mayNotCall = `from principals left join principals owner on owner.id = principals.owner_id
  where principals.id = new.voter_id and (principals.disabled_at is not null or owner.disabled_at is not null)`;

export const nothingExecutesWithoutAnApproval: Promised = {
  sentence:
    'Nothing executes without an approval for the SHA-256 of that exact definition, granted as its policy requires, each ballot from a distinct eligible voter, never the requester or an agent of the job.',
  watch: [
    notes,
    'create table granted_by (approval_id text, voter_id text)',
    `create trigger watch_grants after update on approvals when new.state = 'granted' and old.state <> 'granted'
     begin insert into granted_by select new.id, voter_id from ballots join principals on principals.id = voter_id
       left join principals owner on owner.id = principals.owner_id left join agents on agents.id = voter_id
       where approval_id = new.id and decision = 'yes' and principals.disabled_at is null and owner.disabled_at is null
         and coalesce(agents.state, 'active') not in ('isolated', 'retired'); end`,
    `create trigger watch_voters after insert on voters
     begin ${note('voters', "new.voter_id || ' is asked for ' || new.approval_id || ' and may not answer'", mayNotCall)} end`,
  ],
  atEnd: (look) => {
    const yes = Map.groupBy(look.rows<Yes>('select * from granted_by'), ({ approval_id }) => approval_id);
    return [
      ...look
        .rows<Run>(runs)
        .flatMap((run) =>
          wrongWith(look, run, yes.get(run.approval_id ?? '') ?? []).map((what) => `${run.deployment_id}: ${what}`),
        ),
      ...forged(look),
      ...noted(look, 'voters'),
    ];
  },
};

function wrongWith(look: Look, run: Run, yes: Yes[]): string[] {
  if (run.approval_id === null) return ['it has no approval'];
  const definition = JSON.parse(run.definition) as Definition;
  const cost_ceiling_usd = run.cost_ceiling_micros / 1_000_000;
  const question = canonical({ definition, environment: definition.environment, cost_ceiling_usd });
  return [
    ...(sha256(question) === run.definition_sha256 ? [] : ['its approval is for another definition']),
    ...(isEnough(run, definition) ? [] : [`${run.workflow_name} is too weak a policy`]),
    ...involved(look, run, definition, yes),
    ...tooFew(look, run, definition, yes),
  ];
}

/** Urgent and special jobs, those that cost more than ten dollars, and those whose cost nobody knows, need more. */
function isEnough({ workflow_name, estimate }: Run, { priority, category }: Definition): boolean {
  const { priced, cost_expected_micros } = JSON.parse(estimate) as { priced: boolean; cost_expected_micros: number };
  const isCritical = priority <= 2 || category === 'specialized' || !priced || cost_expected_micros > 10_000_000;
  return workflow_name === 'critical' || !isCritical;
}

/** The owners that actors are registered with, by their own account; who has none owns itself. */
const ownerOf = ({ ledger }: Look, id: string): string =>
  ledger.of('agent').find((agent) => agent.id === id)?.owner_id ?? id;

/** Whom the job names, and who else does anything for it. */
function agentsOf({ rows }: Look, { deployment_id }: Run, { primary_agent, supporting_agents }: Definition): string[] {
  const doers = rows<{ id: string | null }>(
    'select coalesce(holder_id, agent_id) id from tasks where deployment_id = ?',
    deployment_id,
  );
  return [primary_agent, ...supporting_agents, ...doers.flatMap(({ id }) => id ?? [])];
}

function involved(look: Look, run: Run, definition: Definition, yes: Yes[]): string[] {
  const requesting = [run.submitter_id, ownerOf(look, run.submitter_id)];
  const agents = agentsOf(look, run, definition);
  return yes
    .filter(
      ({ voter_id }) => [...requesting, ...agents].includes(voter_id) || requesting.includes(ownerOf(look, voter_id)),
    )
    .map(({ voter_id }) => `${voter_id} said yes and is involved`);
}

function tooFew(look: Look, run: Run, definition: Definition, yes: Yes[]): string[] {
  const { ledger } = look;
  const [heads, people] = policies[run.workflow_name] ?? [Infinity, Infinity];
  const owners = (isOne: (id: string) => boolean) =>
    new Set(yes.filter(({ voter_id }) => isOne(voter_id)).map(({ voter_id }) => ownerOf(look, voter_id))).size;
  const isHead = (id: string) =>
    ledger
      .of('agent')
      .some(
        (agent) => agent.id === id && agent.role === 'category_head' && agent.categories.includes(definition.category),
      );
  const isApprover = (id: string) =>
    ledger.of('person').some((person) => person.id === id && person.roles.includes('approver'));
  return [
    ...(owners(isHead) < heads ? [`too few heads said yes: ${yes.map(({ voter_id }) => voter_id).join(', ')}`] : []),
    ...(owners(isApprover) < people ? ['too few people said yes'] : []),
  ];
}

interface Cast {
  job_id: string;
  voter: string;
  definition_sha256: string;
  decision: string;
  reasoning: string;
}

const words = ({ job_id, voter, definition_sha256, decision, reasoning }: Cast): string =>
  `${voter} says ${decision} to ${definition_sha256} of ${job_id}: ${reasoning}`;

/** Ballots that nobody has cast: every one that is kept was sent by its voter, for this job and this very question. */
function forged({ rows, ledger }: Look): string[] {
  const sent = new Set(ledger.of('ballot').map(words));
  return rows<Cast>(
    `select job_id, voter_id voter, definition_sha256, decision, reasoning from ballots
     join approvals on approvals.id = approval_id`,
  )
    .map(words)
    .filter((said) => !sent.has(said))
    .map((said) => `nobody has sent what is kept: ${said}`);
}
