/** The sealer where there is a key vault: its keys wrap what seals values, and sign the record's seals. */
import { timingSafeEqual } from 'node:crypto';
import type { Config } from '../config.ts';
import { givenKey } from './data-key.ts';
import { sealerWith, type Sealer, type Signer } from './seal.ts';
import { signerIn } from './vault-signer.ts';
import { valuesUnder, type Keeping } from './vault-values.ts';
import { newestWrapping, unwrap, wrap } from './wrapping.ts';

type Around = Omit<Keeping, 'local'> & { config: Config };

export function sealerUnder(around: Around): Sealer {
  const signer = signerUnder(around);
  return {
    ...valuesUnder({ ...around, local: givenKey(around.config) }),
    ...signer,
    check: async () => `${await checkWrapping(around)}; ${await checkSigning(signer)}`,
  };
}

/** Signing alone, for those who only check seals. */
export function signerUnder({ vault, clock, config, random }: Omit<Around, 'db' | 'log'>): Signer {
  const local = givenKey(config);
  return signerIn(vault, clock, local === undefined ? undefined : sealerWith(local, random));
}

async function checkWrapping({ vault, random }: Around): Promise<string> {
  const version = await newestWrapping(vault);
  const key = random.bytes(32);
  const back = await unwrap(vault, version, await wrap(vault, version, key));
  if (back.length !== key.length || !timingSafeEqual(back, key))
    throw new Error('what was wrapped came back as another');
  return `data keys are wrapped by muster-data ${version}`;
}

async function checkSigning(signer: Signer): Promise<string> {
  const text = 'a check of the key';
  const signed = await signer.sign(text);
  if (!(await signer.verify(text, signed))) throw new Error('what was signed does not verify');
  return `seals are signed by muster-seal, public key ${signed.key_id}`;
}
