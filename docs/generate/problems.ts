/** Problem codes, from the catalogue. */
import { problems } from '../../shared/problems.ts';
import { code, generatedFrom, table } from './markdown.ts';

export const problemsPage = (): string => `${generatedFrom('shared/problems.ts')}

# Problems

What Muster cannot do it answers as \`application/problem+json\` (RFC 9457) with one of these codes in \`code\`, what
this case is about in \`detail\`, a \`trace_id\` to quote, and for input that does not fit its schema a JSON Pointer
to each place in \`errors\`. The same codes say why a job is blocked, in \`blocked.code\`. A running Muster has a
page for each at \`/problems/<code>\`, which is the problem's \`type\`.

${table(
  ['code', 'status', 'meaning', 'what to do'],
  Object.entries(problems).map(([name, { status, title, remedy }]) => [code(name), String(status), title, remedy]),
)}

A client does well to treat 409 \`lost_race\` and every 503 as worth another try, with the same \`Idempotency-Key\`
where it sent one, and every other code as final until something is changed.
`;
