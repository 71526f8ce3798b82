/** Are the keys there that open sealed values and sign seals, and are they the right ones? */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { newestSealedKey } from '../../shared/access/sealed.ts';
import { onAzureSql } from '../../shared/platform/forms.ts';
import { givenKey } from '../../shared/platform/secrets/data-key.ts';
import { keyIdOf } from '../../shared/platform/secrets/seal.ts';
import { Ailment, type Check, type Patient } from './check.ts';

export const keys: Check = {
  name: 'keys',
  needsDatabase: true,
  mend: ({ AZURE_KEY_VAULT_URL: url }) =>
    url === undefined
      ? 'Put the right key back; see Backup in docs/running.md.'
      : `See docs/key-vault.md: ${url} needs the keys muster-data and muster-seal, and this identity a role on each.`,
  run: (patient) =>
    patient.config.AZURE_KEY_VAULT_URL === undefined ? ownKey(patient) : patient.platform.sealer.check(),
};

async function ownKey({ config, reads }: Patient): Promise<string> {
  const key = givenKey(config);
  const truth = reads();
  const file = join(config.MUSTER_DATA, 'key');
  if (key === undefined) {
    if (truth === undefined || (onAzureSql(config) && (await newestSealedKey(truth)) === undefined))
      return 'there is none yet; the first start makes one';
    throw new Error(`there is a database in ${config.MUSTER_DATA} and no key beside it`);
  }
  const sealedWith = truth === undefined ? undefined : await newestSealedKey(truth);
  if (sealedWith !== undefined && sealedWith !== keyIdOf(key))
    throw new Error(`values are sealed with key ${sealedWith}, and the key at hand is ${keyIdOf(key)}`);
  if (config.MUSTER_DATA_KEY === undefined && existsSync(file) && (statSync(file).mode & 0o077) !== 0)
    throw new Ailment(`others on this machine may read ${file}`, `chmod 600 ${file}`);
  return `one of its own, ${keyIdOf(key)}`;
}
