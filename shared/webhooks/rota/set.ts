/** putRota and getRota. */
import { checkMatch, requireMatch } from '../../access/if-match.ts';
import type { Caller } from '../../access/caller.ts';
import { principalsByIds } from '../../access/store.ts';
import { newStream, nextEvent, record } from '../../events/record.ts';
import { loseRace, refuse, type PointedError } from '../../outcomes.ts';
import { databaseTime } from '../../platform/database/time.ts';
import type { Platform, Reads } from '../../platform/platform.ts';
import type { Json } from '../../platform/wire.ts';
import { findRota, insertRota, lockRota, updateRota, webhooksThere } from '../store/rota.ts';
import { RotaInput, type Rota, type RotaAnswer } from './rota.ts';
import { overlapsIn, shiftAt } from './shifts.ts';

/** The rota, or undefined before the first one. */
export async function readRota(reads: Reads): Promise<(Rota & { version: number }) | undefined> {
  const row = await findRota(reads, {});
  return row === undefined ? undefined : { ...RotaInput.parse(row.rota), version: row.version };
}

/** Refuses `not_found` before the first one. */
export async function getRota({ db }: Platform): Promise<RotaAnswer> {
  const rota = (await readRota(db.read)) ?? refuse('not_found', { detail: 'There is no rota yet; put one.' });
  return answerOf(rota, await databaseTime(db.read));
}

/** With who is on call now, and who is next. */
function answerOf(rota: Rota & { version: number }, at: Date): RotaAnswer {
  const on_call = shiftAt(rota, at);
  return { ...rota, on_call, next: shiftAt(rota, on_call.until) };
}

/** Takes the place of the whole rota. Refuses `stale`, `precondition_required`, and `invalid` with what is wrong. */
export async function putRota(
  platform: Platform,
  caller: Caller,
  { if_match, ...rota }: Rota & { if_match?: string | undefined },
): Promise<RotaAnswer> {
  refuseOverlaps(rota);
  await refuseUnknown(platform.db.read, rota);
  return platform.db.transaction('putRota', async (tx) => {
    const row = await lockRota(tx, {});
    checkMatch(if_match, row?.version ?? 0);
    if (row !== undefined) requireMatch(if_match, row.version);
    const head = row === undefined ? newStream('rota') : { stream: 'rota', ...row };
    const kept = RotaInput.encode(rota) as { [name: string]: Json }; // as it came
    const event = nextEvent(tx, head, { type: 'rota_set', actor: caller.id, data: kept });
    const next = { version: event.number, head_hash: event.hash, rota: kept };
    if (row === undefined) await insertRota(tx, next);
    else if ((await updateRota(tx, { ...next, was: row.version })).length === 0) loseRace();
    record(tx, event);
    return answerOf({ ...rota, version: event.number }, tx.at);
  });
}

function refuseOverlaps(rota: Rota): void {
  const message = 'begins before another one has ended: nobody could tell who is on call';
  const errors = overlapsIn(rota).map((at) => ({ pointer: `/overrides/${at}`, message }));
  if (errors.length > 0) refuse('invalid', { errors });
}

/** People and webhooks must be there; that one goes a moment later may happen any day. */
async function refuseUnknown(reads: Reads, { members, overrides }: Rota): Promise<void> {
  const people = [
    ...members.map((each, at) => ({ ...each, pointer: `/members/${at}` })),
    ...overrides.map((each, at) => ({ ...each, pointer: `/overrides/${at}` })),
  ];
  const principals = await principalsByIds(reads, [...new Set(people.map(({ principal_id }) => principal_id))]);
  const known = new Set(principals.filter(({ disabled_at }) => disabled_at === null).map(({ id }) => id));
  const webhooks = await webhooksThere(reads, [...new Set(people.map(({ webhook_id }) => webhook_id))]);
  const there = new Set(webhooks.map(({ id }) => id));
  const errors = people.flatMap(({ principal_id, webhook_id, pointer }): PointedError[] => [
    ...(known.has(principal_id) ? [] : [{ pointer: `${pointer}/principal_id`, message: 'there is no such principal' }]),
    ...(there.has(webhook_id) ? [] : [{ pointer: `${pointer}/webhook_id`, message: 'there is no such webhook' }]),
  ]);
  if (errors.length > 0) refuse('invalid', { errors });
}
