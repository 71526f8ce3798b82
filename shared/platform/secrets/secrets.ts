/** Where secrets come from: settings named `SECRET_<NAME>` here, Key Vault on Azure. */

export interface Secret {
  value: string;
  /** When the secret stops working, where its keeper knows. */
  expires_at: Date | null;
}

export interface Secrets {
  /** The secret of that name, or undefined. */
  get(name: string): Promise<Secret | undefined>;
}

export const secretsFromSettings = (named: ReadonlyMap<string, string>): Secrets => ({
  get: async (name) => {
    const value = named.get(name.toLowerCase().replaceAll(/[^a-z0-9]/g, '_'));
    return value === undefined ? undefined : { value, expires_at: null };
  },
});
