import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('docs/agents.md shows the head with an endpoint as it is', () => {
  expect(read('docs/agents.md')).toContain(`\`\`\`ts\n${read('examples/agents/called-head.ts')}\`\`\``);
});
