/** Credentials: the secrets of the job's tools are there, and do not run out before the job does. */
import type { Platform } from '../../platform/platform.ts';
import type { Secret } from '../../platform/secrets/secrets.ts';
import type { ToolStanding } from '../../tools/store.ts';
import type { ToolNeed } from '../question.ts';
import { easedIf, failed, passed, warned, type Finding, type ReadinessCheck } from '../readiness.ts';
import { timed } from '../timed.ts';

interface Asked {
  needs: readonly ToolNeed[];
  tools: ReadonlyMap<string, ToolStanding>;
  time_limit_seconds: number;
}

/** A secret, and who needs it. */
interface Credential {
  secret_name: string;
  /** When its tools say that it ends: the earliest counts. */
  expires_at: Date | null;
  optional: boolean;
  /** The database's time. */
  at: Date;
}

export async function checkCredentials(platform: Platform, asked: Asked): Promise<ReadinessCheck[]> {
  const checks = credentialsOf(asked).map((credential) =>
    timed(platform.clock, async () => [
      easedIf(credential.optional, await checkCredential(platform, credential, asked.time_limit_seconds)),
    ]),
  );
  return (await Promise.all(checks)).flat();
}

/** Each secret once. Pure. */
function credentialsOf({ needs, tools }: Asked): Credential[] {
  const credentials = new Map<string, Credential>();
  for (const { name, optional } of needs) {
    const tool = tools.get(name);
    if (tool === undefined || tool.secret_name === null) continue;
    const before = credentials.get(tool.secret_name);
    credentials.set(tool.secret_name, {
      secret_name: tool.secret_name,
      expires_at: earlier(before?.expires_at ?? null, tool.secret_expires_at),
      optional: optional && (before?.optional ?? true),
      at: tool.at,
    });
  }
  return [...credentials.values()];
}

/** The earlier of two times; null is never. */
export const earlier = (a: Date | null, b: Date | null): Date | null => (a === null || (b !== null && b < a) ? b : a);

export const credentialStates = ['present', 'absent', 'expired', 'unknown'] as const;

/** How a secret stands. Pure. */
export function credentialState(
  secret: Awaited<ReturnType<typeof lookUp>>,
  said: Date | null,
  at: Date,
): { state: (typeof credentialStates)[number]; expires_at: Date | null } {
  if (secret === 'no answer') return { state: 'unknown', expires_at: said };
  if (secret === undefined) return { state: 'absent', expires_at: said };
  const expires_at = earlier(said, secret.expires_at);
  return { state: expires_at !== null && expires_at <= at ? 'expired' : 'present', expires_at };
}

async function checkCredential(
  platform: Platform,
  credential: Credential,
  time_limit_seconds: number,
): Promise<Finding> {
  const { secret_name, at } = credential;
  const { state, expires_at } = credentialState(await lookUp(platform, secret_name), credential.expires_at, at);
  return credentialFinding(secret_name, state, {
    expires_at,
    lasts_until: new Date(at.getTime() + time_limit_seconds * 1000),
    place: platform.secrets.place(secret_name),
  });
}

interface Terms {
  expires_at: Date | null;
  /** When the job's time limit is reached if it starts now. */
  lasts_until: Date;
  /** Where to put it, in words. */
  place: string;
}

function credentialFinding(
  secret: string,
  state: (typeof credentialStates)[number],
  { expires_at, lasts_until, place }: Terms,
): Finding {
  const name = `credential:${secret}`;
  const until = expires_at?.toISOString();
  const renew = 'Renew it, and register the tool with its new secret_expires_at.';
  switch (state) {
    case 'unknown':
      return failed(
        name,
        `Whether the secret "${secret}" is there cannot be found out.`,
        'See to it that the secret store can be reached.',
      );
    case 'absent':
      return failed(name, `The secret "${secret}" is not there.`, `Put it into ${place}.`);
    case 'expired':
      return failed(name, `The secret "${secret}" expired at ${until}.`, renew);
    case 'present':
      if (expires_at !== null && expires_at < lasts_until)
        return warned(name, `The secret "${secret}" expires at ${until}, which may be before the job ends.`, renew);
      return passed(name, expires_at === null ? 'It is there.' : `It is there until ${until}.`);
  }
}

/** Looks a secret up; `no answer` where its keeper gives none. */
export async function lookUp(
  { secrets, log }: Platform,
  secret_name: string,
): Promise<Secret | undefined | 'no answer'> {
  try {
    return await secrets.get(secret_name);
  } catch (error) {
    // A key vault that is down makes this check fail; the others still tell the caller what they found.
    log.warn(
      { secret_name, fault: error instanceof Error ? error.message : String(error) },
      'a secret could not be looked up',
    );
    return 'no answer';
  }
}
