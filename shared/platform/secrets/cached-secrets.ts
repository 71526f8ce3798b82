/** Secrets of a keeper that may be slow or away: kept for minutes, read again in time, served old rather than not at all. */
import { Away } from '../away.ts';
import type { Clock } from '../platform.ts';
import type { Log } from '../telemetry/log.ts';
import type { Secret, Secrets } from './secrets.ts';

/** A value that was changed is noticed after this; what was not there, sooner. */
const freshSeconds = { there: 300, absent: 30 };

/** A keeper that gave no answer is left alone for so long. */
const restSeconds = 15;

interface Kept {
  secret: Secret | undefined;
  read_at: number;
}

export interface Around {
  clock: Clock;
  log: Log;
}

/** `read` gives the secret or undefined, and throws {@link Away} when its keeper does not answer. */
export function cachedSecrets(
  { clock, log }: Around,
  read: (name: string) => Promise<Secret | undefined>,
): Pick<Secrets, 'get' | 'awaySince'> {
  const kept = new Map<string, Kept>();
  const reading = new Map<string, Promise<Secret | undefined>>();
  let away: { since: Date; tried_at: number; fault: Away } | undefined;

  const now = () => clock.now().getTime();
  const isFresh = ({ secret, read_at }: Kept) =>
    now() - read_at < 1000 * (secret === undefined ? freshSeconds.absent : freshSeconds.there);
  const orKept = (name: string, fault: Away) => {
    const old = kept.get(name);
    if (old === undefined) throw fault;
    return old.secret;
  };
  const readNow = async (name: string) => {
    try {
      const secret = await read(name);
      kept.set(name, { secret, read_at: now() });
      if (away !== undefined) log.info({ away_since: away.since }, 'the keeper of secrets answers again');
      away = undefined;
      return secret;
    } catch (fault) {
      // An answer that says no is final; where there is none, what was read before is better than nothing.
      if (!(fault instanceof Away)) throw fault;
      if (away === undefined) log.warn({ fault: fault.message }, 'secrets that were read before are served');
      away = { since: away?.since ?? clock.now(), tried_at: now(), fault };
      return orKept(name, fault);
    }
  };
  return {
    get: (name) => {
      const known = kept.get(name);
      if (known !== undefined && isFresh(known)) return Promise.resolve(known.secret);
      const { tried_at, fault } = away ?? {};
      if (tried_at !== undefined && fault !== undefined && now() - tried_at < 1000 * restSeconds)
        return Promise.resolve().then(() => orKept(name, fault));
      const running = reading.get(name) ?? readNow(name).finally(() => reading.delete(name));
      reading.set(name, running);
      return running;
    },
    awaySince: () => away?.since ?? null,
  };
}
