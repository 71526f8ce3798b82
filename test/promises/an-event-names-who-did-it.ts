import { admin } from '../simulation/town.ts';
import type { Look, Promised } from './promised.ts';

interface Told {
  stream: string;
  type: string;
  actor: string;
  data: string;
  /** Of the question that it tells of, or its own. */
  job_id: string | null;
}

interface Did {
  told: Told;
  look: Look;
  /** The stream without its kind. */
  subject: string;
}

type Asks = (did: Did) => boolean;

const onJob =
  (kind: 'cancel' | 'change' | 'retry' | 'assignment'): Asks =>
  ({ told, look }) =>
    look.ledger.of(kind).some(({ by, job_id }) => by === told.actor && job_id === told.job_id);

const byAdmin: Asks = ({ told }) => told.actor === admin.id;

const ofItself: Asks = ({ told }) => told.stream === `agent:${told.actor}`;

const outOfService: Asks = (did) =>
  byAdmin(did) && did.look.ledger.of('retirement').some(({ id }) => id === did.subject);

const ordered: Asks = (did) => byAdmin(did) && did.look.ledger.of('order').some(({ id }) => id === did.subject);

/** Of an agent that fails too often it is Muster's own doing. */
const orderedOrFailing: Asks = (did) => did.told.actor === 'muster' || ordered(did);

/** Who asks for what an event of somebody tells, by its type; whatever else happens is Muster's own doing. */
const asked: Record<string, Asks> = {
  submitted: ({ told, look }) =>
    look.ledger
      .of('submission')
      .some(({ by, job_id }) => by === told.actor && (job_id === null || job_id === told.job_id)),
  cancelled: onJob('cancel'),
  stop_requested: onJob('cancel'),
  retried: onJob('retry'),
  task_assigned: onJob('assignment'),
  changed: (did) => (did.told.job_id === null ? byAdmin(did) || ofItself(did) : onJob('change')(did)),
  ballot_cast: ({ told, look }) =>
    look.ledger.of('ballot').some(({ voter, job_id }) => voter === told.actor && job_id === told.job_id),
  budget_set: byAdmin,
  registered: byAdmin,
  created: byAdmin,
  key_issued: byAdmin,
  key_deleted: byAdmin,
  message_type_set: byAdmin,
  template_set: byAdmin,
  channels_set: byAdmin,
  restored: byAdmin,
  deleted: byAdmin,
  isolated: orderedOrFailing,
  draining: ordered,
  redistributed: orderedOrFailing,
  retired: outOfService,
  disabled: outOfService,
};

function isTrue(look: Look, told: Told): boolean {
  const isOwn =
    asked[told.type] === undefined ||
    (told.type === 'stop_requested' && (JSON.parse(told.data) as { reason: string }).reason !== 'cancel');
  const subject = told.stream.replace(/^[a-z]+:/, '');
  return isOwn ? told.actor === 'muster' : asked[told.type]?.({ told, look, subject }) === true;
}

/** Once the town was settled; that was told to nobody. */
const events = `select stream, type, actor, data, coalesce(approvals.job_id, jobs.id) job_id from events
  left join approvals on approvals.id = stream left join jobs on jobs.id = stream
  where at > (select min(at) from events)`;

export const anEventNamesWhoDidIt: Promised = {
  sentence: 'An event names who did it: who submitted, voted, cancelled, changed or set is who asked for it.',
  atEnd: (look) =>
    look
      .rows<Told>(events)
      .filter((told) => !isTrue(look, told))
      .map(({ stream, type, actor }) => `${stream} was ${type} by ${actor}, who has not asked for it`),
};
