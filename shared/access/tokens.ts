/** What a token of Entra ID says of its bearer. RS256 alone; which tokens count follows from API_AUDIENCE. */
import type { errors, JWTPayload } from 'jose';
import { z } from 'zod';
import { refuse } from '../outcomes.ts';
import type { Config } from '../platform/config.ts';
import type { Platform } from '../platform/platform.ts';
import { principalRoles, type PrincipalRole } from './caller.ts';

/** Who a token speaks for. */
export interface Bearer {
  /** `tid/oid`. */
  id: string;
  kind: 'person' | 'service';
  name: string;
  roles: PrincipalRole[];
  /** Seconds since 1970, by Entra ID's clock. */
  issued_at: number;
}

/** Longer than any token with the roles and groups that fit into a header. */
const longestToken = 16_384;

const clockToleranceSeconds = 60;

/** Microsoft's own: the issuer of v1.0 tokens, by where Entra ID is. Everywhere but in China it is the first. */
const issuersOfV1 = new Map([['login.partner.microsoftonline.cn', 'https://sts.chinacloudapi.cn']]);

const guid = z.guid().toLowerCase();

const Claims = z.object({
  tid: guid,
  oid: guid,
  ver: z.string(),
  aud: z.string(),
  iat: z.number(),
  sub: z.string(),
  scp: z.string().min(1).optional(),
  roles: z.array(z.string()).default([]),
  idtyp: z.string().optional(),
  azp: z.string().optional(),
  appid: z.string().optional(),
  name: z.string().optional(),
});
type Claims = z.output<typeof Claims>;

/**
 * An App ID URI (`api://…`) is the audience of v1.0 tokens, a client id that of v2.0 ones: so one kind of token
 * counts, by one issuer. Pure.
 */
export function expectedOf({
  AZURE_AUTHORITY_HOST: host,
  AZURE_TENANT_ID: tenant = '',
  API_AUDIENCE: audience = '',
}: Pick<Config, 'AZURE_AUTHORITY_HOST' | 'AZURE_TENANT_ID' | 'API_AUDIENCE'>): {
  audience: string;
  issuer: string;
  ver: string;
} {
  const base = new URL(host);
  const tid = tenant.toLowerCase(); // as tokens say it
  const isUri = audience.includes('://');
  const v1 = issuersOfV1.get(base.host) ?? 'https://sts.windows.net';
  return isUri
    ? { audience, issuer: `${v1}/${tid}/`, ver: '1.0' }
    : { audience, issuer: `${base.origin}/${tid}/v2.0`, ver: '2.0' };
}

/**
 * Verifies a token. Refuses `unauthenticated`: in the same words for whatever is not a token signed by the tenant, and
 * with what is wrong for one that is. Throws what `signers` throws where their keys cannot be had.
 */
export async function readToken(platform: Platform, token: string): Promise<Bearer> {
  const { config, clock, signers } = platform;
  if (signers === undefined || token.length > longestToken) refuse('unauthenticated');
  const jose = await import('jose');
  const { audience, issuer, ver } = expectedOf(config);
  const keyFor = async (kid: string | undefined) =>
    (kid === undefined ? undefined : await signers.keyOf(kid)) ?? refuse('unauthenticated');
  const verified = jose.jwtVerify(token, async ({ kid }) => keyFor(kid), {
    algorithms: ['RS256'],
    issuer,
    audience,
    clockTolerance: clockToleranceSeconds,
    currentDate: clock.now(),
    requiredClaims: ['exp', 'nbf', 'iat', 'tid', 'oid', 'ver'],
  });
  const { payload } = await verified.catch((error: unknown) => refuseFor(error, jose.errors));
  const claims = claimsIn(payload);
  if (claims.ver !== ver) refuseClaim('ver');
  if (claims.tid !== config.AZURE_TENANT_ID?.toLowerCase()) refuseClaim('tid');
  if (claims.aud !== audience) refuseClaim('aud');
  return bearerOf(claims);
}

/** Anything but an error of the token itself goes on as it is: who cannot be asked has not said no. */
function refuseFor(error: unknown, jose: typeof errors): never {
  if (error instanceof jose.JWTExpired) refuse('unauthenticated', { detail: 'The token is over; ask for a new one.' });
  if (error instanceof jose.JWTClaimValidationFailed) refuseClaim(error.claim);
  if (error instanceof jose.JOSEError) refuse('unauthenticated');
  throw error;
}

const refuseClaim = (claim: string): never =>
  refuse('unauthenticated', { detail: `The token is not one for this API: look at its claim "${claim}".` });

function claimsIn(payload: JWTPayload): Claims {
  const parsed = Claims.safeParse(payload);
  return parsed.success ? parsed.data : refuseClaim(String(parsed.error.issues[0]?.path[0]));
}

function bearerOf(claims: Claims): Bearer {
  const { tid, oid, iat, name } = claims;
  const kind = kindOf(claims);
  const roles = principalRoles.filter((role) => claims.roles.includes(role));
  return { id: `${tid}/${oid}`, kind, name: shownAs(name ?? oid), roles, issued_at: iat };
}

/** With a scope somebody is signed in; an app by itself has none, and its subject is the app. An ID token is neither. */
function kindOf({ scp, idtyp, sub, oid, azp, appid }: Claims): Bearer['kind'] {
  if (scp !== undefined) return 'person';
  if (idtyp === 'app' || (sub === oid && (azp ?? appid) !== undefined)) return 'service';
  return refuseClaim('scp');
}

/** People choose their names: one line, not too long, and text that JSON can say. */
const shownAs = (name: string): string =>
  name
    .replaceAll(/\p{Cc}/gu, ' ')
    .slice(0, 200)
    .toWellFormed();
