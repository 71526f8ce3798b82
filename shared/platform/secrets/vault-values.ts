/**
 * Sealed values where there is a key vault: data keys seal them, the vault's key wraps the data keys. An open data
 * key stays in memory, so only the first use in a process waits for the vault.
 */
import type { Clock, Database, Random } from '../platform.ts';
import type { Log } from '../telemetry/log.ts';
import { dataKeys, insertDataKey, lockDataKeys, rewrapDataKey, type DataKey } from './data-keys.ts';
import { keyIdOf, sealerWith, type Sealed, type ValueSealer } from './seal.ts';
import type { Vault } from './vault.ts';
import { newestWrapping, unwrap, wrap } from './wrapping.ts';

/** Another process may have made a new key; until it is noticed here, the one before seals. */
const freshMilliseconds = 300_000;

export interface Keeping {
  vault: Vault;
  db: Database;
  clock: Clock;
  random: Random;
  log: Log;
  /** The key that sealed before there was a vault; it becomes the first data key. */
  local: Uint8Array | undefined;
}

export function valuesUnder(keeping: Keeping): ValueSealer {
  const ring = new KeyRing(keeping);
  return {
    seal: async (plain, path) => (await ring.sealer((all) => all.at(-1))).seal(plain, path),
    // The first one, so that a hash stays the same through every rotation.
    mac: async (text) => (await ring.sealer((all) => all[0])).mac(text),
    open: async (sealed: Sealed, path) => (await ring.sealerOf(sealed.key_id)).open(sealed, path),
    rotate: () => ring.rotate(),
  };
}

class KeyRing {
  readonly #keeping: Keeping;
  readonly #open = new Map<string, Promise<ValueSealer>>();
  #read: Promise<{ rows: DataKey[]; at: number }> | undefined;
  constructor(keeping: Keeping) {
    this.#keeping = keeping;
  }

  async sealer(pick: (rows: DataKey[]) => DataKey | undefined): Promise<ValueSealer> {
    const row = pick(await this.#rows());
    if (row === undefined) throw new Error('there is no data key'); // the first read has made one
    return this.#sealerWith(row);
  }

  async sealerOf(id: string): Promise<ValueSealer> {
    const known = (rows: DataKey[]) => rows.find((row) => row.id === id);
    const row = known(await this.#rows()) ?? known(await this.#rows({ anew: true }));
    if (row === undefined) throw new Error(`sealed with key ${id}, which is not among the data keys`);
    return this.#sealerWith(row);
  }

  /** Wraps every data key by the newest version of the vault's key, and makes a new one to seal with from now on. */
  async rotate(): Promise<number> {
    const { vault, db, log } = this.#keeping;
    const [rows, version] = await Promise.all([this.#rows({ anew: true }), newestWrapping(vault)]);
    const old = rows.filter(({ wrapped_by }) => wrapped_by !== version);
    if (old.length === 0) return 0;
    const wrapped = await Promise.all(old.map((row) => this.#wrappedBy(version, row)));
    const fresh = await this.#newKey(version);
    await db.transaction('rotateDataKeys', async (tx) => {
      const now = await lockDataKeys(tx, {});
      if (now.every(({ wrapped_by }) => wrapped_by === version)) return; // another process was first
      for (const row of wrapped) await rewrapDataKey(tx, row);
      await insertDataKey(tx, { ...fresh, number: Math.max(...now.map(({ number }) => number)) + 1 });
    });
    this.#read = undefined;
    log.info({ data_keys: old.length, wrapped_by: version }, 'data keys are wrapped anew, and a new one seals');
    return old.length;
  }

  async #rows({ anew = false } = {}): Promise<DataKey[]> {
    const now = this.#keeping.clock.now().getTime();
    const read = anew ? undefined : await this.#read;
    if (read !== undefined && now - read.at < freshMilliseconds) return read.rows;
    const reading = this.#readRows().then((rows) => ({ rows, at: now }));
    this.#read = reading;
    reading.catch(() => (this.#read = undefined)); // the next one tries again
    return (await reading).rows;
  }

  async #readRows(): Promise<DataKey[]> {
    const rows = await dataKeys(this.#keeping.db.read, {});
    return rows.length > 0 ? rows : this.#firstKeys();
  }

  /** The local key, so that what it has sealed still opens when its setting is gone; and a new one to seal with. */
  async #firstKeys(): Promise<DataKey[]> {
    const { vault, db, local } = this.#keeping;
    const version = await newestWrapping(vault);
    const first = local === undefined ? [] : [await this.#wrappedKey(version, local)];
    const made = [...first, await this.#newKey(version)].map((key, index) => ({ ...key, number: index + 1 }));
    return db.transaction('firstDataKeys', async (tx) => {
      const others = await dataKeys(tx, {});
      if (others.length > 0) return others;
      for (const row of made) await insertDataKey(tx, row);
      return made;
    });
  }

  #newKey = (version: string) => this.#wrappedKey(version, this.#keeping.random.bytes(32));

  async #wrappedKey(version: string, key: Uint8Array): Promise<Omit<DataKey, 'number'>> {
    return { id: keyIdOf(key), wrapped: await wrap(this.#keeping.vault, version, key), wrapped_by: version };
  }

  async #wrappedBy(version: string, row: DataKey): Promise<Omit<DataKey, 'number'>> {
    return this.#wrappedKey(version, await this.#unwrapped(row));
  }

  async #unwrapped({ id, wrapped, wrapped_by }: DataKey): Promise<Uint8Array> {
    const key = await unwrap(this.#keeping.vault, wrapped_by, wrapped);
    if (keyIdOf(key) !== id) throw new Error(`the data key ${id} was replaced by another one`);
    return key;
  }

  #sealerWith(row: DataKey): Promise<ValueSealer> {
    const known = this.#open.get(row.id);
    if (known !== undefined) return known;
    const opening = this.#unwrapped(row).then((key) => sealerWith(key, this.#keeping.random));
    this.#open.set(row.id, opening);
    opening.catch(() => this.#open.delete(row.id)); // the next one tries again
    return opening;
  }
}
