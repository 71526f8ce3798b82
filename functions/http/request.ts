/** What a request says beside its input. */
import { refuse } from '../../shared/outcomes.ts';

/** The most seconds that `Prefer: wait` may ask for. */
const longestWait = 30;

/** Read when asked for: most operations need none of it. */
export class RequestFacts {
  readonly #raw: Request;
  constructor(raw: Request) {
    this.#raw = raw;
  }

  get headers(): Headers {
    return this.#raw.headers;
  }

  /** Path and query, as it came. */
  get url(): URL {
    return new URL(this.#raw.url);
  }

  /** Aborts when the caller has gone. */
  get signal(): AbortSignal {
    return this.#raw.signal;
  }

  /** The versions the caller knows, as it came; see `shared/access/if-match.ts`. */
  get if_match(): string | undefined {
    return this.#raw.headers.get('if-match') ?? undefined;
  }

  /** Refuses `invalid` when it is not 1 to 255 visible ASCII characters. */
  get idempotency_key(): string | undefined {
    const key = this.#raw.headers.get('idempotency-key');
    if (key === null) return undefined;
    if (!/^[\x21-\x7e]{1,255}$/.test(key))
      refuse('invalid', { detail: 'Idempotency-Key takes 1 to 255 visible ASCII characters' });
    return key;
  }

  /** Seconds that the caller would wait (RFC 7240): 0 for `respond-async`, undefined when it says nothing. */
  get wait_seconds(): number | undefined {
    const prefer = this.#raw.headers.get('prefer');
    if (prefer === null) return undefined;
    const wait = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec(prefer)?.[1];
    if (wait !== undefined) return Math.min(longestWait, Number(wait));
    return /(?:^|[,;\s])respond-async(?:$|[,;\s])/i.test(prefer) ? 0 : undefined;
  }
}
