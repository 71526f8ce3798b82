/** The HTTP API over a world in memory, with every answer held against the document. */
import type { Hono } from 'hono';
import { answerChecker } from '../../functions/http/check-answers.ts';
import { openApi } from '../../functions/http/api.ts';
import { documentRoutes } from '../../functions/http/documents.ts';
import { principalRoutes } from '../../functions/http/principals.ts';
import type { Route } from '../../functions/http/route.ts';
import { ensureAdmin } from '../../shared/access/first-admin.ts';
import { openWorld, type World } from '../world.ts';

export interface Asked {
  /** A key; without one, nobody asks. */
  as?: string | undefined;
  /** Sent as JSON, or as it is when it is text or bytes. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Got {
  status: number;
  headers: Headers;
  text: string;
  /** The body, when it is JSON. */
  body: Body;
}

/** What tests look at in answers; missing members are undefined. */
export interface Body {
  [member: string]: unknown;
  code?: string;
  detail?: string;
  errors?: { pointer: string; message: string }[];
  trace_id?: string;
  items?: Record<string, unknown>[];
}

export interface Desk {
  world: World;
  app: Hono;
  /** The key of the first admin. */
  admin: string;
  /** `address` is a method and a path, such as `GET /api/v1/principals`. */
  ask(address: string, asked?: Asked): Promise<Got>;
  /** A person with these roles; gives a key. */
  person(id: string, roles: string[]): Promise<string>;
  close(): Promise<void>;
}

/** The routes that need no other room. */
export const plainRoutes = (): Route[] => {
  const routes: Route[] = [...principalRoutes, ...documentRoutes(() => routes)];
  return routes;
};

export async function openDesk(
  routes: readonly Route[] = plainRoutes(),
  settings: Record<string, string> = {},
  options: Parameters<typeof openWorld>[1] = {},
): Promise<Desk> {
  const world = await openWorld(settings, options);
  const app = openApi(world.platform, routes, { check: answerChecker(routes) });
  const admin = (await ensureAdmin(world.platform)) ?? settings['MUSTER_ADMIN_KEY'] ?? '';
  const ask: Desk['ask'] = async (address, asked = {}) => gotOf(await app.request(requestOf(address, asked)));
  return {
    world,
    app,
    admin,
    ask,
    person: async (id, roles) => {
      await ask(`PUT /api/v1/principals/${id}`, { as: admin, body: { kind: 'person', roles } });
      return keyFrom(await ask(`POST /api/v1/principals/${id}/keys`, { as: admin }));
    },
    close: world.close,
  };
}

export function keyFrom({ status, body, text }: Got): string {
  if (status !== 201) throw new Error(`no key: ${text}`);
  return String(body['key']);
}

function requestOf(address: string, { as, body, headers = {} }: Asked): Request {
  const [method = '', path = ''] = address.split(' ');
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  const said = body === undefined || raw ? body : JSON.stringify(body);
  return new Request(`http://muster.test${path}`, {
    method,
    headers: {
      ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
      ...(said === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(said === undefined ? {} : { body: said as string }), // bytes are a body too
  });
}

async function gotOf(response: Response): Promise<Got> {
  const text = await response.text();
  const json = text !== '' && /\bjson\b/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, text, body: (json ? JSON.parse(text) : {}) as Body };
}
