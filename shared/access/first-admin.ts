/** The first admin: made at the first start, so that there is somebody to make the others. */
import { onAzure } from '../platform/forms.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { musterActor } from './caller.ts';
import { changePrincipal, writePrincipal } from './change-principal.ts';
import { keyParts, newKey, secretHash } from './keys.ts';
import { lockPrincipal } from './store.ts';
import { deleteKeysOf, findKey, insertKey, reviveKey } from './store/keys.ts';

const admin = { id: 'admin', kind: 'person', name: 'First admin', owner_id: null, actor: musterActor } as const;
const roles = ['admin', 'operator', 'submitter', 'reader'] as const;

/**
 * Sees to it that there is an admin, with the key of MUSTER_ADMIN_KEY where that is set. A key that had
 * to be made is given back, this once; otherwise undefined. On Azure none is made: nobody would be there to be shown
 * it, and the first admin comes with an app role of Entra ID.
 */
export async function ensureAdmin(platform: Platform): Promise<string | undefined> {
  const { MUSTER_ADMIN_KEY } = platform.config;
  if (onAzure(platform.config) && MUSTER_ADMIN_KEY === undefined) return undefined;
  return platform.db.transaction('ensureAdmin', async (tx) => {
    const exists = (await lockPrincipal(tx, { id: admin.id })) !== undefined;
    if (!exists) await writePrincipal(tx, { ...admin, roles });
    const given = keyParts(MUSTER_ADMIN_KEY ?? '');
    if (given !== undefined) await takeKey(tx, given);
    else if (!exists) return (await newKey(tx, admin.id)).key;
    return undefined;
  });
}

/**
 * The key of the setting is the admin's; when it is a new one, the others end: a rotation. A key that was there
 * before stays as it is: one that has been deleted is not to come back with a restart.
 */
async function takeKey(tx: Tx, { id, secret }: { id: string; secret: string }): Promise<void> {
  const secret_sha256 = secretHash(secret);
  const row = await lockPrincipal(tx, { id: admin.id });
  if (row === undefined || (await findKey(tx, { id }))?.secret_sha256 === secret_sha256) return;
  await deleteKeysOf(tx, { principal_id: admin.id });
  const key = { id, principal_id: admin.id, secret_sha256 };
  if ((await reviveKey(tx, key)).length === 0) await insertKey(tx, key);
  const happening = { type: 'key_issued', actor: musterActor, data: { key_id: id } };
  await changePrincipal(tx, { row, said: { ...row, disabled_at: null }, happening });
}
