/** Runs of which nothing has changed since they were looked at, and whose time is not over: a further look finds nothing. */
import type { Ring } from '../../shared/platform/platform.ts';
import type { Ground } from './ground.ts';

/** All that a look at a run goes by; no row where it must be looked at. */
const stand = `select json_array(version, stop_reason, (select json_group_array(
    json_array(id, state, fence, input_tokens, cached_tokens, output_tokens, cost_micros)) from tasks
    where tasks.deployment_id = jobs.deployment_id)) stands
  from jobs where id = ? and state in ('executing', 'compensating') and attempts = 0
    and (stop_at is null or stop_at > now_plus(0))`;

export class Looked {
  readonly #ground: Ground;
  /** How each run stood when it was looked at last, and was left as it was. */
  readonly #left = new Map<string, string>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  isInVain({ bell, id }: Ring): boolean {
    if (bell !== 'execute' || !this.#left.has(id)) return false;
    return this.#stands(id) === this.#left.get(id);
  }

  /** Answers a ring, and remembers where it has changed nothing. */
  async answer({ bell, id }: Ring, run: () => Promise<void>): Promise<void> {
    const before = bell === 'execute' ? this.#stands(id) : undefined;
    await run();
    if (before === undefined || before !== this.#stands(id)) this.#left.delete(id);
    else this.#left.set(id, before);
  }

  #stands(id: string): string | undefined {
    return this.#ground.rows<{ stands: string }>(stand, id)[0]?.stands;
  }
}
