/** The keys of a key vault, as its REST protocol tells and uses them. */
import { constants, generateKeyPairSync, privateDecrypt, publicEncrypt, type KeyObject } from 'node:crypto';
import type { Told } from './a-vault.ts';
import { rsaPair } from '../../rsa-pairs.ts';
import { signedDigest } from './signed-digest.ts';

interface Version {
  version: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  created: Date;
  enabled: boolean;
  exp?: Date;
}

type Kind = 'RSA' | 'EC' | 'P-384';

const pairOf = (kind: Kind, name: string) =>
  kind === 'RSA' ? rsaPair(name) : generateKeyPairSync('ec', { namedCurve: kind === 'EC' ? 'P-256' : kind });

const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };

export class VaultKeys {
  readonly #url: string;
  readonly #versions = new Map<string, Version[]>();
  constructor(url: string) {
    this.#url = url;
  }

  /** A new version of the key: a rotation, where there was one. Gives its id. */
  rotate(name: string, kind: Kind): string {
    const versions = this.#versions.get(name) ?? [];
    const created = new Date(Date.UTC(2026, 0, 1 + versions.length));
    const version = `${9 - versions.length}`.repeat(32);
    this.#versions.set(name, [...versions, { version, ...pairOf(kind, `${name} ${version}`), created, enabled: true }]);
    return version;
  }

  /** Changes a version. */
  change(name: string, version: string, said: Partial<Version>): void {
    Object.assign(this.#versions.get(name)?.find((one) => one.version === version) ?? {}, said);
  }

  delete(name: string): void {
    this.#versions.delete(name);
  }

  answer(line: string, body: Record<string, string>): Told {
    const [, collection, name = '', version = '', operation] = line.split('/');
    const versions = this.#versions.get(name);
    if (collection !== 'keys' || versions === undefined) return undefined;
    if (version === 'versions')
      return { body: { value: versions.map((one) => this.#item(name, one)), nextLink: null } };
    const one = version === '' ? versions.at(-1) : versions.find((each) => each.version === version);
    if (one === undefined) return undefined;
    if (!one.enabled) return forbidden;
    if (operation === undefined) return { body: this.#bundle(name, one) };
    const value = Buffer.from(body['value'] ?? '', 'base64url');
    const made = performed(operation, { algorithm: body['alg'], value, one });
    if (made === undefined) return { status: 400, body: { error: { code: 'BadParameter', message: 'not that' } } };
    return { body: { kid: this.#id(name, one), value: made.toString('base64url') } };
  }

  #id = (name: string, { version }: Version): string => `${this.#url}/keys/${name}/${version}`;

  #item(name: string, one: Version) {
    const { enabled, exp } = one;
    const created = one.created.getTime() / 1000;
    const until = exp === undefined ? {} : { exp: exp.getTime() / 1000 };
    return { kid: this.#id(name, one), attributes: { enabled, created, updated: created, ...until } };
  }

  #bundle(name: string, one: Version) {
    const key_ops = ['wrapKey', 'unwrapKey', 'sign', 'verify'];
    const { attributes } = this.#item(name, one);
    return { key: { kid: this.#id(name, one), key_ops, ...one.publicKey.export({ format: 'jwk' }) }, attributes };
  }
}

interface Performed {
  algorithm: string | undefined;
  value: Buffer;
  one: Version;
}

function performed(operation: string, { algorithm, value, one }: Performed): Buffer | undefined {
  switch (`${operation} ${algorithm}`) {
    case 'wrapkey RSA-OAEP-256':
      return publicEncrypt({ key: one.publicKey, ...oaep }, value);
    case 'unwrapkey RSA-OAEP-256':
      return privateDecrypt({ key: one.privateKey, ...oaep }, value);
    case 'sign ES256':
      return signedDigest(value, one.privateKey);
    default:
      return undefined;
  }
}

const forbidden: Told = { status: 403, body: { error: { code: 'Forbidden', message: 'the key is disabled' } } };
