/** Who lives in one life: few, by the seed's choice, and always those without whom nothing would ever end. */
import type { Chance } from '../chance.ts';
import type { Cast } from '../life.ts';
import { blunderer } from './blunderers.ts';
import { caretaker } from './caretaker.ts';
import { cheat } from './cheats.ts';
import { correspondent } from './correspondents.ts';
import { approver, head, manners as headManners, type HeadManner } from './heads.ts';
import { letterWriter, mailReader, mailThief, postmaster } from './mail.ts';
import { maintainer } from './maintainers.ts';
import { operator } from './operators.ts';
import { publisher } from './publishers.ts';
import { reader } from './readers.ts';
import { planner, rush, submitter } from './submitters.ts';
import { supervisor } from './supervisors.ts';
import { thief } from './thief.ts';
import { verifier } from './verifiers.ts';
import { manners as workerManners, worker, type WorkerManner } from './workers.ts';

export function castOf(random: Chance): Cast[] {
  const some = (share: number, cast: Cast): Cast[] => (random.chance(share) ? [cast] : []);
  const heads = [
    'hanna',
    'hugo',
    'heidi',
    ...(random.chance(0.3) ? ['horst'] : []),
    ...(random.chance(0.2) ? ['hank'] : []),
  ];
  const helper = random.pick(['reader', 'checker']);
  const workers = ['writer', helper, 'heidi'];
  return [
    { name: 'sam', actor: submitter('sam', { helper, jobs: random.between(1, 2) }), isWaitedFor: true },
    ...some(0.12, { name: 'rush', actor: rush, isWaitedFor: true }),
    ...some(0.15, { name: 'sue', actor: submitter('sue', { helper, jobs: 1 }), isWaitedFor: true }),
    ...heads.map((id) => ({ name: `head ${id}`, actor: head(id, headManner(random)) })),
    { name: 'approver paula', actor: approver('paula', headManner(random)) },
    ...workers.map((id) => ({ name: `worker ${id}`, actor: worker(id, workerManner(random)) })),
    ...some(0.25, { name: 'twin of writer', actor: worker('writer', 'slow', 'twin') }),
    { name: 'caretaker', actor: caretaker, isWaitedFor: true },
    ...some(0.7, { name: 'operator', actor: operator(helper) }),
    ...some(0.3, { name: 'cheat', actor: cheat }),
    ...some(0.3, { name: 'thief', actor: thief }),
    ...some(0.2, { name: 'maintainer', actor: maintainer }),
    ...some(0.3, { name: 'reader', actor: reader }),
    ...some(0.15, { name: 'blunderer', actor: blunderer }),
    ...some(0.15, { name: 'verifier', actor: verifier }),
    ...some(0.3, { name: 'correspondent', actor: correspondent }),
    ...(random.chance(0.3) ? mail : []),
    ...some(0.2, { name: 'planner', actor: planner(helper), isWaitedFor: true }),
    ...some(0.1, { name: 'supervisor', actor: supervisor(helper) }),
    ...some(0.1, { name: 'publisher', actor: publisher }),
  ];
}

const friends = ['hanna', 'hugo'];

/** Heads read what Muster writes to them, too. */
const mail: Cast[] = [
  { name: 'letters of writer', actor: letterWriter('writer', friends), isWaitedFor: true },
  ...friends.map((id) => ({ name: `mail of ${id}`, actor: mailReader(id) })),
  { name: 'mail thief', actor: mailThief },
  { name: 'postmaster', actor: postmaster },
];

/** Every other one is good. */
const headManner = (random: Chance): HeadManner =>
  random.chance(0.5) ? 'prompt' : random.pick(Object.keys(headManners) as HeadManner[]);

const workerManner = (random: Chance): WorkerManner =>
  random.chance(0.2) ? 'good' : random.pick([...(Object.keys(workerManners) as WorkerManner[]), 'paused', 'paused']);
