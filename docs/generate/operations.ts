/** Operations over HTTP, from the table of routes and the table of who may call them. */
import { tagOf } from '../../functions/http/openapi.ts';
import { routes } from '../../functions/routes.ts';
import type { Route } from '../../functions/http/route.ts';
import { permissions, type Who } from '../../shared/access/permissions.ts';
import { code, generatedFrom, table } from './markdown.ts';

export const operationsPage = (): string => `${generatedFrom('functions/routes.ts and shared/access/permissions.ts')}

# Operations

Every operation takes and gives JSON; a running Muster describes each in full at \`/api/docs\`, for programs at
\`/api/openapi.json\`. Send \`Authorization: Bearer\` with a key.

${[...Map.groupBy(routes, tagOf)].map(([subject, of]) => `## ${subject}\n\n${table(['', 'path', 'operation', 'who may'], of.map(row))}`).join('\n\n')}

## Who may

Roles of people and services are \`admin\`, \`operator\`, \`submitter\`, \`approver\`, \`reader\` and \`ci\`. The other
words depend on what the call is about:

${table(
  ['who', 'means'],
  Object.entries(meanings).map(([who, means]) => [code(who), means]),
)}

Whoever may call an operation, but may not see what it is about, is told that there is no such thing.
`;

const row = ({ method, path, name }: Route): string[] => [
  method,
  code(path),
  code(name),
  [...permissions[name]].map(code).join(', '),
];

const meanings: Record<
  Exclude<Who, 'admin' | 'operator' | 'submitter' | 'approver' | 'reader' | 'ci' | AgentRole>,
  string
> = {
  anyone: 'no credential is needed',
  owner: 'submitted the job, or owns who did',
  voter: 'may be asked: an approver or an agent; the question itself lists its voters',
  agent: 'any registered agent',
  that_agent: 'the agent in the path',
  holder: 'the agent that holds the claim',
};

type AgentRole = 'supervisor' | 'worker' | 'category_head' | 'observer';
