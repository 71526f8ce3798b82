/** Checks a whole record, wherever it is read from: chains, then rows, then seals. */
import type { BadLine } from '../events/verify.ts';
import { ChainCheck, sealText } from '../events/verify.ts';
import type { Event } from '../events/chain.ts';
import type { SealTable } from '../events/store.ts';
import type { RecordHead } from './record-heads.ts';

/** Where a record is read from: the file, or a server. */
export interface RecordSource {
  /** Rows first: what happens while the events are read then only adds events. */
  heads(): Promise<RecordHead[]>;
  events(after: number): Promise<(Event & { cursor: number })[]>;
  seals(): Promise<SealTable[]>;
  /** Whether the seal's signature is by the key that the reader trusts. */
  signed(text: string, seal: SealTable): Promise<boolean>;
}

export interface RecordReport {
  events: number;
  streams: number;
  seals: number;
  /** The first thing that is wrong, or null. */
  bad: BadLine | null;
}

export async function checkRecord(source: RecordSource): Promise<RecordReport> {
  const heads = await source.heads();
  const seals = await source.seals();
  const check = new ChainCheck();
  const bad =
    (await checkChains(source, check)) ??
    (await checkRows(source, heads, check)) ??
    (await checkSeals(source, seals, check));
  return { events: check.count, streams: check.ends.size, seals: seals.length, bad: bad ?? null };
}

async function checkChains(source: RecordSource, check: ChainCheck): Promise<BadLine | undefined> {
  for (let after = 0; ;) {
    const events = await source.events(after);
    for (const event of events) {
      const bad = check.add(event);
      if (bad !== undefined) return bad;
      after = event.cursor;
    }
    if (events.length === 0) return undefined;
  }
}

/** Rows are read again where an event is newer than the row: it may have moved on meanwhile. */
async function checkRows(source: RecordSource, heads: RecordHead[], check: ChainCheck): Promise<BadLine | undefined> {
  for (const head of heads) {
    const bad = check.checkRow(head);
    if (bad === undefined) continue;
    const again = (await source.heads()).find(({ stream }) => stream === head.stream);
    const moved = again !== undefined && again.version > head.version;
    if (!moved || check.hashAt(head.stream, head.version) !== head.head_hash) return bad;
  }
  return undefined;
}

async function checkSeals(source: RecordSource, seals: SealTable[], check: ChainCheck): Promise<BadLine | undefined> {
  for (const seal of seals) {
    const bad = check.checkSeal(seal);
    if (bad !== undefined) return bad;
    if (!(await source.signed(sealText(seal), seal))) {
      return { stream: seal.id, number: 0, what: 'its signature is not by the key that was given' };
    }
  }
  return undefined;
}
