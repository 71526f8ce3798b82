/** Where secrets come from: settings named `SECRET_<NAME>` here, Key Vault on Azure. */

export interface Secret {
  value: string;
  /** When the secret stops working, where its keeper knows. */
  expires_at: Date | null;
  /** The value before this one, while it is valid too: for whoever can take both during a rotation. */
  previous: string | null;
}

export interface Secrets {
  /** The secret of that name, or undefined. */
  get(name: string): Promise<Secret | undefined>;
  /** Where to put the secret of that name, in words. */
  place(name: string): string;
  /** Since when their keeper has given no answer, so that what was read before is served; null: it answers. */
  awaySince(): Date | null;
  /** Tries whether secrets can be had and says how it went; throws what is wrong. */
  check(): Promise<string>;
}

export const secretsFromSettings = (named: ReadonlyMap<string, string>): Secrets => ({
  get: async (name) => {
    const value = named.get(name.toLowerCase().replaceAll(/[^a-z0-9]/g, '_'));
    return value === undefined ? undefined : { value, expires_at: null, previous: null };
  },
  place: (name) => `the setting SECRET_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`,
  awaySince: () => null,
  check: async () => `${named.size} from settings named SECRET_<NAME>`,
});
