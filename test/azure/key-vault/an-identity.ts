import { vi } from 'vitest';
import { openTokens, type Tokens } from './a-token-endpoint.ts';

/** Where tokens are given, told to the SDK by the environment, as Azure does it. */
export async function openIdentity(): Promise<Tokens> {
  const tokens = await openTokens();
  for (const [name, value] of Object.entries(tokens.environment)) vi.stubEnv(name, value);
  return tokens;
}
