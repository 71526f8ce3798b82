/** One connection of the stand-in, from its first message to its end. */
import type { Socket } from 'node:net';
import type { Certificate } from '../certificate.ts';
import { encrypted } from './encryption.ts';
import type { Session } from './executor.ts';
import type { Faults, Order } from './faults.ts';
import { preloginAnswer, readLogin, readToken, wantsEncryption, type Login } from './login.ts';
import { Incoming, messageKinds, packetsOf, type Message } from './packets.ts';
import { Serving } from './serving.ts';
import { done, failed, loggedIn, signInAt } from './tokens.ts';

export interface Behind {
  session: () => Session;
  faults: Faults;
  certificate: Certificate;
  /** Who may come in; an error's text refuses. */
  admit: (login: Login) => string | undefined;
  /** Every request, as it comes. */
  seen: (asked: Asked) => void;
  /** What went wrong in the stand-in itself. */
  broken: (error: unknown) => void;
}

export interface Asked {
  kind: 'connect' | 'begin' | 'statement' | 'commit' | 'rollback' | 'settings';
  text: string;
}

/** Where tokens for Azure SQL come from. */
const authority = 'https://login.microsoftonline.com/common';
const resource = 'https://database.windows.net/';
const loginFailed = 18456;

export class Connection {
  readonly #behind: Behind;
  readonly #socket: Socket;
  #clear: Socket;
  #packetSize = 4096;
  #expects: 'prelogin' | 'login' | 'token' | 'requests' = 'prelogin';
  #login: Login | undefined;
  #fault: Order | undefined;
  #serving: Serving | undefined;

  constructor(socket: Socket, behind: Behind) {
    this.#socket = socket;
    this.#clear = socket;
    this.#behind = behind;
    socket.setNoDelay(true);
    socket.on('error', () => {}); // a client may go at any time
    socket.on('close', () => this.#serving?.end());
    this.#listen(socket);
  }

  cut(): void {
    this.#socket.resetAndDestroy();
  }

  #listen(clear: Socket): void {
    const incoming = new Incoming();
    this.#clear = clear;
    clear.removeAllListeners('data');
    clear.on('data', (bytes: Buffer) => {
      try {
        for (const message of incoming.add(bytes)) this.#take(message);
      } catch (error) {
        this.#behind.broken(error);
        this.cut();
      }
    });
  }

  #take(message: Message): void {
    switch (this.#expects) {
      case 'prelogin':
        return this.#greet(message.body);
      case 'login':
        return this.#admit(readLogin(message.body));
      case 'token':
        return this.#enter({ ...(this.#login as Login), token: readToken(message.body) }); // set when it was asked for
      case 'requests':
        return this.#serving?.take(message);
    }
  }

  #greet(prelogin: Buffer): void {
    this.#fault = this.#behind.faults.meet('connect');
    if (this.#goesWrong(this.#fault?.when ?? 'before')) return;
    const encrypts = wantsEncryption(prelogin);
    this.#expects = 'login';
    this.#answer(preloginAnswer(encrypts));
    if (!encrypts) return;
    this.#socket.removeAllListeners('data');
    this.#listen(encrypted(this.#socket, this.#behind.certificate));
  }

  #admit(login: Login): void {
    this.#login = login;
    this.#behind.seen({ kind: 'connect', text: login.user });
    const how = this.#fault?.how;
    if (typeof how === 'number') return this.#refuse(how, `planted ${how}`);
    if (this.#goesWrong('after')) return;
    if (!login.bringsTokenLater) return this.#enter(login);
    this.#expects = 'token';
    this.#answer(signInAt(authority, resource));
  }

  /** Cut, or left without an answer, at its first message or at its login; errors come at the login alone. */
  #goesWrong(moment: Order['when']): boolean {
    const { how, when = 'before' } = this.#fault ?? {};
    if (how === undefined || typeof how === 'number' || when !== moment) return false;
    if (how === 'reset') this.cut();
    return true;
  }

  #enter(login: Login): void {
    const refusal = this.#behind.admit(login);
    if (refusal !== undefined) return this.#refuse(loginFailed, refusal);
    this.#expects = 'requests';
    this.#serving = new Serving({ ...this.#behind, session: this.#behind.session(), send: this.#send, cut: this.#cut });
    this.#answer(loggedIn(login.database, login.packetSize, login.token !== undefined));
    this.#packetSize = login.packetSize;
  }

  #refuse(number: number, message: string): void {
    this.#answer(Buffer.concat([failed({ number, message, severity: 20 }), done({ flags: ['error'] })]));
    this.#clear.end();
  }

  readonly #cut = (gently: boolean): void => {
    if (gently) setImmediate(() => this.#socket.destroySoon());
    else this.cut();
  };

  #answer(body: Buffer): void {
    this.#send(body);
  }

  readonly #send = (body: Buffer, isWhole = true): void => {
    if (!this.#clear.writable) return;
    const packets = packetsOf({ kind: messageKinds.answer, body }, this.#packetSize);
    if (!isWhole) packets.writeUInt8(0, this.#lastPacket(body.length) + 1);
    this.#clear.write(packets);
  };

  /** Where the last of the packets that `length` bytes take begins. */
  #lastPacket(length: number): number {
    return Math.max(0, Math.ceil(length / (this.#packetSize - 8)) - 1) * this.#packetSize;
  }
}
