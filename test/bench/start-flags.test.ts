import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startFlags } from '../../bench/start-flags.ts';

it('runs the built file with the flags of `npm start` in docs/running.md too', () => {
  const page = readFileSync(new URL('../../docs/running.md', import.meta.url), 'utf8');
  expect(startFlags()).toHaveLength(2);
  expect(page).toContain(`\`node ${startFlags().join(' ')} dist/start.cjs\``);
});
