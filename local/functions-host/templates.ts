/** Which function a request is for: routes as the host reads them, a fixed part before a parameter in its place. */
import type { Binding } from './rpc.ts';

export interface Found {
  name: string;
  params: Record<string, string>;
}

export type Finder = (method: string, path: string) => Found | undefined;

interface Template {
  name: string;
  methods: Set<string>;
  order: string;
  form: RegExp;
}

/** `prefix` is `extensions.http.routePrefix` of host.json. */
export function routeFinder(functions: readonly { name: string; trigger: Binding }[], prefix: string): Finder {
  const templates = functions
    .filter(({ trigger }) => trigger.type === 'httpTrigger')
    .map(({ name, trigger }) => templateOf(name, trigger, prefix))
    .toSorted((a, b) => (a.order < b.order ? -1 : 1));
  return (method, path) => {
    for (const { name, methods, form } of templates) {
      const match = methods.has(method) ? form.exec(path) : null;
      if (match !== null) return { name, params: decoded(match.groups ?? {}) };
    }
    return undefined;
  };
}

function templateOf(name: string, { route = name, methods = [] }: Binding, prefix: string): Template {
  const path = [prefix, route].filter((part) => part !== '').join('/');
  const form = path.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`).replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return {
    name,
    methods: new Set(methods.map((method) => method.toUpperCase())),
    order: path.replaceAll('{', '\uffff'),
    form: new RegExp(`^/${form}/?$`, 'i'),
  };
}

const decoded = (groups: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
