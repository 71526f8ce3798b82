/**
 * A broker of AMQP 1.0 on loopback, as much of Service Bus as the real client needs for bells: tokens, queues with
 * locks, scheduled messages, peeking, batches, and connections that drop when a test says so.
 */
import type { Server, Socket } from 'node:net';
import rhea, { type Connection, type Delivery, type EventContext, type Message, type Sender } from 'rhea';
import { answerTo } from './management.ts';
import { Queue } from './queue.ts';
import { accepted, handedOut, messagesIn } from './wire.ts';

/** Where a connection drops: before or after the broker has done what it was asked, always before it says so. */
export type Drop = 'before' | 'after';

const management = '/$management';

type Received = Pick<EventContext, 'connection'> &
  Required<Pick<EventContext, 'delivery' | 'receiver'>> & {
    message: Message | Buffer;
    format?: number;
  };
type Settled = Required<Pick<EventContext, 'delivery'>>;
type Sending = Required<Pick<EventContext, 'sender'>>;

/** With an error: of a plain end, rhea says nothing. */
function drop(connection: Connection): void {
  const { socket } = connection as unknown as { socket: Socket }; // the typings leave it out
  socket.destroy(new Error('the connection dropped'));
}

export class Broker {
  /** Drops the connection at the next sends and completions, one entry each. */
  readonly drops: { send: Drop[]; complete: Drop[] } = { send: [], complete: [] };
  /** How many clients have connected, again too. */
  connections = 0;
  /** How many transfers have come, each with one message or more. */
  sends = 0;
  readonly #queues: Map<string, Queue>;
  readonly #server: Server;
  readonly #open = new Set<Connection>();
  readonly #consumers = new Map<Sender, Queue>();
  readonly #pumping = new Set<Sender>();
  readonly #locks = new WeakMap<Delivery, { queue: Queue; token: string }>();
  #passed = 0;

  constructor(names: readonly string[]) {
    this.#queues = new Map(names.map((name) => [name, new Queue(this.#now)]));
    const container = rhea.create_container({ id: 'loopback' });
    (container.sasl_server_mechanisms as { enable_anonymous(): void }).enable_anonymous();
    this.#hear(container);
    this.#server = container.listen({
      ...{ host: '127.0.0.1', port: 0 },
      sender_options: { autosettle: false },
      receiver_options: { autoaccept: false, max_message_size: 262_144 },
    });
  }

  async ready(): Promise<this> {
    if (!this.#server.listening) await new Promise((resolve) => this.#server.once('listening', resolve));
    return this;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get connectionString(): string {
    const key = 'SharedAccessKeyName=all;SharedAccessKey=none';
    return `Endpoint=sb://127.0.0.1:${this.port};${key};UseDevelopmentEmulator=true;`;
  }

  queue(name: string): Queue {
    const found = this.#queues.get(name);
    if (found === undefined) throw new Error(`the broker has no queue ${name}`);
    return found;
  }

  /** Whether somebody would be given the next message. */
  isHeard(name: string): boolean {
    return [...this.#consumers].some(([sender, queue]) => queue === this.queue(name) && sender.sendable());
  }

  /** Enqueues something that no bell would send. */
  plant(queue: string, text: string): void {
    const body = rhea.message.data_section(Buffer.from(text)) as unknown;
    this.#put(queue, { message_id: 'planted', body });
  }

  /** Moves the broker's clock: locks end, and scheduled messages become due. */
  pass(seconds: number): void {
    this.#passed += seconds * 1000;
    for (const sender of this.#consumers.keys()) this.#pump(sender);
  }

  disconnect(): void {
    for (const connection of this.#open) drop(connection);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.disconnect();
    await closed;
  }

  readonly #now = (): number => Date.now() + this.#passed;

  #hear(container: rhea.Container): void {
    container.on('connection_open', ({ connection }: EventContext) => {
      this.connections += 1;
      this.#open.add(connection);
    });
    container.on('disconnected', ({ connection }: EventContext) => this.#forget(connection));
    container.on('sender_open', ({ sender }: Sending) => this.#attach(sender));
    container.on('sender_close', ({ sender }: Sending) => this.#consumers.delete(sender));
    container.on('sendable', ({ sender }: Sending) => this.#pump(sender));
    container.on('sender_draining', ({ sender }: Sending) => sender.set_drained(true));
    container.on('message', (context: Received) => this.#receive(context));
    container.on('accepted', ({ delivery }: Settled) => this.#settle(delivery, 'complete'));
    container.on('modified', ({ delivery }: Settled) => this.#settle(delivery, 'abandon'));
    container.on('rejected', ({ delivery }: Settled) => this.#settle(delivery, 'reject'));
  }

  #forget(connection: Connection): void {
    this.#open.delete(connection);
    for (const sender of this.#consumers.keys()) if (sender.connection === connection) this.#consumers.delete(sender);
  }

  /** A client that wants to receive: from a queue, or the answers to its requests. */
  #attach(sender: Sender): void {
    sender.set_source(sender.source);
    sender.set_target(sender.target);
    const queue = this.#queues.get(sender.source.address);
    if (queue !== undefined) this.#consumers.set(sender, queue);
  }

  #receive({ message, delivery, receiver, format, connection }: Received): void {
    const to = receiver.target.address;
    if (to === '$cbs' || to.endsWith(management)) {
      delivery.accept();
      this.#answer(message as Message, to, connection);
      return;
    }
    this.sends += 1;
    const fault = this.drops.send.shift();
    if (fault !== 'before') for (const one of messagesIn(message, format ?? 0)) this.#put(to, one);
    if (fault === undefined) delivery.accept();
    else drop(connection);
  }

  #answer(request: Message, to: string, connection: Connection): void {
    const queue = to.endsWith(management) ? this.queue(to.slice(0, -management.length)) : undefined;
    const answer = answerTo(request, queue, this.#now());
    connection.find_sender((link: Sender) => link.source.address === to)?.send(answer as Message);
  }

  #put(name: string, message: Message): void {
    const queue = this.queue(name);
    queue.put(message);
    for (const [sender, from] of this.#consumers) if (from === queue) this.#pump(sender);
  }

  /** One at a time: credit counts what has gone out, not what is about to. */
  #pump(sender: Sender): void {
    const queue = this.#consumers.get(sender);
    if (queue === undefined || this.#pumping.has(sender) || !sender.sendable()) return;
    const next = queue.take();
    if (next === undefined) return;
    const { token } = next.lock;
    this.#locks.set(sender.send(handedOut(next), Buffer.from(token, 'hex')), { queue, token });
    this.#pumping.add(sender);
    setImmediate(() => {
      this.#pumping.delete(sender);
      this.#pump(sender);
    });
  }

  #settle(delivery: Delivery, how: 'complete' | 'abandon' | 'reject'): void {
    const lock = this.#locks.get(delivery);
    if (lock === undefined) return;
    const fault = how === 'complete' ? this.drops.complete.shift() : undefined;
    if (fault !== 'before') lock.queue[how](lock.token);
    if (fault === undefined) delivery.update(true, accepted());
    else drop(delivery.link.connection);
  }
}
