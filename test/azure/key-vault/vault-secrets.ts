/** The secrets of a key vault, as its REST protocol tells them. */
import type { Told } from './a-vault.ts';

interface Version {
  version: string;
  value: string;
  created: Date;
  enabled: boolean;
  nbf?: Date | undefined;
  exp?: Date | undefined;
}

export type SecretSaid = Partial<Omit<Version, 'version' | 'value'>>;

const pageSize = 2;
const seconds = (date: Date | undefined) => (date === undefined ? undefined : Math.floor(date.getTime() / 1000));

export class VaultSecrets {
  readonly #url: string;
  readonly #versions = new Map<string, Version[]>();
  constructor(url: string) {
    this.#url = url;
  }

  /** A new version; a second younger than the one before, unless it says when. Gives its id. */
  put(name: string, value: string, said: SecretSaid = {}): string {
    const versions = this.#versions.get(name) ?? [];
    const created = new Date((versions.at(-1)?.created.getTime() ?? Date.UTC(2026, 0, 1)) + 1000);
    const version = `${9 - versions.length}`.repeat(32); // their order is not the order of their making
    this.#versions.set(name, [...versions, { version, value, created, enabled: true, ...said }]);
    return version;
  }

  /** Changes the newest version. */
  change(name: string, said: SecretSaid): void {
    Object.assign(this.#versions.get(name)?.at(-1) ?? {}, said);
  }

  get(path: string): Told {
    const [, collection, name = '', version = ''] = path.split('/');
    if (collection !== 'secrets') return undefined;
    if (name === '') return this.#page([...this.#versions].map(([key, all]) => this.#item(key, all.at(-1))));
    const versions = this.#versions.get(name);
    if (versions === undefined) return notFound;
    if (version === 'versions') return this.#page(versions.map((one) => this.#item(name, one, one.version)));
    if (version.startsWith('page'))
      return this.#page(
        versions.map((one) => this.#item(name, one, one.version)),
        version,
      );
    const one = version === '' ? versions.at(-1) : versions.find((each) => each.version === version);
    if (one === undefined) return notFound;
    if (!one.enabled) return disabled;
    return { body: { ...this.#item(name, one, one.version), value: one.value } };
  }

  #item(name: string, one: Version | undefined, version?: string) {
    const { enabled = true, created, nbf, exp } = one ?? {};
    return {
      id: `${this.#url}/secrets/${name}${version === undefined ? '' : `/${version}`}`,
      attributes: {
        enabled,
        created: seconds(created),
        updated: seconds(created),
        nbf: seconds(nbf),
        exp: seconds(exp),
      },
    };
  }

  /** Sorted by id, so many at a time, with a link to the next. */
  #page(items: { id: string }[], page = 'page0'): Told {
    const at = Number(page.slice('page'.length));
    const sorted = items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const value = sorted.slice(at, at + pageSize);
    const more = at + pageSize < sorted.length && items[0]?.id.split('/').length === 6;
    const next = value[0]?.id.replace(/[^/]+$/, `page${at + pageSize}`);
    return { body: { value, nextLink: more ? `${next}?api-version=7.6` : null } };
  }
}

const notFound: Told = { status: 404, body: { error: { code: 'SecretNotFound', message: 'A secret was not found' } } };
const disabled: Told = {
  status: 403,
  body: {
    error: {
      code: 'Forbidden',
      message: 'Operation get is not allowed on a disabled secret.',
      innererror: { code: 'SecretDisabled' },
    },
  },
};
