/** What a connection does after its login: requests, cancels, and what was ordered to go wrong with them. */
import { randomBytes } from 'node:crypto';
import { SqlError, type Session } from './executor.ts';
import type { Order } from './faults.ts';
import type { Asked, Behind } from './connection.ts';
import { messageKinds, type Message } from './packets.ts';
import { readRequest, type Request } from './requests.ts';
import { begun, committed, done, failed, resultTokens, rolledBack } from './tokens.ts';

interface Around extends Omit<Behind, 'session'> {
  session: Session;
  /** Sends an answer, or the beginning of one. */
  send: (body: Buffer, isWhole?: boolean) => void;
  /** Ends the connection; gently: after what was sent has gone out. */
  cut: (gently: boolean) => void;
}

/** What a text alone is for; whatever does more is a statement. */
const purposes: [pattern: RegExp, kind: Asked['kind']][] = [
  [/^\s*set\s/i, 'settings'],
  [/^\s*begin\s+tran(saction)?\s*;?\s*(select\s+sysutcdatetime\(\)[^;]*;?\s*)?$/i, 'begin'],
  [/^\s*commit(\s+tran(saction)?)?\s*;?\s*$/i, 'commit'],
  [/^\s*(if\s+@@trancount\s*>\s*0\s+)?rollback(\s+tran(saction)?)?\s*;?\s*$/i, 'rollback'],
];

const purposeOf = (request: Request): Asked =>
  request.kind === 'statement'
    ? { kind: purposes.find(([pattern]) => pattern.test(request.text))?.[1] ?? 'statement', text: request.text }
    : { kind: request.kind, text: '' };

export class Serving {
  readonly #around: Around;
  /** Requests come one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #cancel: AbortController | undefined;
  #transaction: Buffer | undefined;
  #abortsOnError = false;
  #isDead = false;
  #isOver = false;

  constructor(around: Around) {
    this.#around = around;
  }

  take(message: Message): void {
    if (this.#isDead) return;
    if (message.kind === messageKinds.attention) return void this.#attend();
    const cancel = new AbortController();
    this.#cancel = cancel; // a cancel may come in the same bytes
    this.#turn = this.#turn.then(() => this.#serve(message, cancel.signal)).catch(this.#around.broken);
  }

  /** The client is gone: what it had open is undone. */
  end(): void {
    this.#isOver = true;
    this.#cancel?.abort();
    this.#turn = this.#turn.then(() => this.#around.session.rollback()).catch(this.#around.broken);
  }

  /** A cancel: what runs is ended, then the cancel itself is answered. */
  async #attend(): Promise<void> {
    this.#cancel?.abort();
    await this.#turn;
    this.#around.send(done({ flags: ['attention'] }));
  }

  async #serve(message: Message, signal: AbortSignal): Promise<void> {
    if (this.#isOver) return;
    try {
      if (message.isTakenBack) throw new SqlError(3617, 'the client took its request back');
      const request = readRequest(message);
      const fault = this.#meet(request);
      if (fault !== undefined && (fault.when ?? 'before') === 'before') await this.#fail(fault, signal);
      else await this.#answer(await this.#run(request, signal), fault, signal);
    } catch (error) {
      if (signal.aborted) await this.#canceled();
      else await this.#refuse(error);
    }
  }

  async #answer(tokens: Buffer[], fault: Order | undefined, signal: AbortSignal): Promise<void> {
    if (fault?.when === 'mid') this.#around.send(Buffer.concat(tokens.slice(0, Math.ceil(tokens.length / 2))), false);
    if (fault === undefined) this.#around.send(Buffer.concat(tokens));
    else await this.#fail(fault, signal);
  }

  #meet(request: Request): Order | undefined {
    const asked = purposeOf(request);
    const set = /\bset\s+xact_abort\s+(on|off)\b/i.exec(asked.text)?.[1];
    if (set !== undefined) this.#abortsOnError = set.toLowerCase() === 'on';
    this.#around.seen(asked);
    return asked.kind === 'settings' ? undefined : this.#around.faults.meet(asked.kind, asked.text);
  }

  /** The tokens of its answer. */
  async #run(request: Request, signal: AbortSignal): Promise<Buffer[]> {
    const { session } = this.#around;
    if (request.kind !== 'statement') return [...(await this.#manage(request.kind, signal)), done()];
    if (purposeOf(request).kind === 'settings') return [done()];
    const results = await session.execute(request.text, request.parameters, signal);
    return [
      ...this.#told(/\brollback\b/i.test(request.text) ? rolledBack : committed),
      ...resultTokens(results, request.isCall),
    ];
  }

  async #manage(kind: 'begin' | 'commit' | 'rollback', signal: AbortSignal): Promise<Buffer[]> {
    const { session } = this.#around;
    if (kind === 'begin') await session.begin(signal);
    else if (session.isOpen) await session[kind]();
    else throw new SqlError(3902, 'there is no transaction to end');
    return this.#told(kind === 'rollback' ? rolledBack : committed);
  }

  /** Tells of a transaction that has begun, or ended, since the last answer. */
  #told(ended: (descriptor: Uint8Array) => Buffer): Buffer[] {
    const descriptor = this.#transaction ?? randomBytes(8);
    if (this.#around.session.isOpen === (this.#transaction !== undefined)) return [];
    this.#transaction = this.#around.session.isOpen ? descriptor : undefined;
    return [(this.#transaction === undefined ? ended : begun)(descriptor)];
  }

  async #fail({ how, closes = false }: Order, signal: AbortSignal): Promise<void> {
    if (how === 'dead') this.#isDead = true;
    else if (how === 'reset') this.#around.cut(true);
    else if (how === 'silence') await aborted(signal);
    else await this.#refuse(new SqlError(how, `planted ${how}`), closes);
  }

  async #refuse(error: unknown, closes = false): Promise<void> {
    if (!(error instanceof SqlError)) this.#around.broken(error);
    const number = error instanceof SqlError ? error.number : 50_000;
    const message = error instanceof Error ? error.message : String(error);
    const undone = await this.#undo();
    const tokens = [failed({ number, message, severity: closes ? 20 : 16 }), ...undone, done({ flags: ['error'] })];
    this.#around.send(Buffer.concat(tokens));
    if (closes) this.#around.cut(true);
  }

  async #canceled(): Promise<void> {
    this.#around.send(Buffer.concat([...(await this.#undo()), done({ flags: ['error'] })]));
  }

  /** With XACT_ABORT an error, and a cancel too, ends the transaction. */
  async #undo(): Promise<Buffer[]> {
    if (!this.#abortsOnError) return [];
    await this.#around.session.rollback();
    return this.#told(rolledBack);
  }
}

/** Waits until somebody cancels, then throws. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const give = () => reject(new Error('canceled'));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
