/** RSA keys of 2048 bits, made once in a process: they take a good part of a second. Another name is another key. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';

export interface RsaPair {
  privateKey: KeyObject;
  publicKey: KeyObject;
}

const pairs = new Map<string, RsaPair>();

export function rsaPair(name: string): RsaPair {
  const pair = pairs.get(name) ?? generateKeyPairSync('rsa', { modulusLength: 2048 });
  pairs.set(name, pair);
  return pair;
}
