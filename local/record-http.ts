/** The record of a server, over its API. */
import type { Event } from '../shared/events/chain.ts';
import type { SealTable } from '../shared/events/store.ts';
import type { RecordHead } from '../shared/insights/record-heads.ts';
import type { RecordSource } from '../shared/insights/check-record.ts';
import { isSignedBy, type PublicKey } from '../shared/platform/secrets/seal.ts';
import { isSignedByAny } from './trusted-keys.ts';

export interface RecordAddress {
  url: string;
  key: string;
  /** The public keys to trust; without any the server's own, which only shows that the record is consistent. */
  trusted: readonly string[];
}

type Dated<Row> = Omit<Row, 'at'> & { at: string };

const withDate = <Row>(row: Dated<Row>): Row => ({ ...row, at: new Date(row.at) }) as Row; // the wire's form of it

export async function recordOverHttp({ url, key, trusted }: RecordAddress): Promise<RecordSource> {
  const get = async <Answer>(path: string): Promise<Answer> => {
    const answer = await fetch(new URL(path, url), {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(30_000),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    return (await answer.json()) as Answer;
  };
  const sealed = await get<{ items: Dated<SealTable>[]; public_keys: PublicKey[] }>('/api/v1/events/seals');
  return {
    heads: async () => (await get<{ items: RecordHead[] }>('/api/v1/events/heads')).items,
    events: async (after) => {
      const { items } = await get<{ items: Dated<Event & { cursor: number }>[] }>(
        `/api/v1/events?after=${after}&limit=1000`,
      );
      return items.map(withDate<Event & { cursor: number }>);
    },
    seals: async () => sealed.items.map(withDate<SealTable>),
    signed:
      trusted.length > 0 ? isSignedByAny(trusted) : async (text, seal) => isSignedBy(sealed.public_keys, text, seal),
  };
}
