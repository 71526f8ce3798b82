/** Every planted bug is found within 200 lives; what finds none of them could find no other. */
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { printed } from './many.ts';
import { bugs } from './plants/bugs.ts';
import type { Found } from './plants/found.ts';

const script = fileURLToPath(new URL('plants/found.ts', import.meta.url));

let all: Found[];
beforeAll(async () => {
  const output = await printed(script);
  all = output.split('\n').map((line) => JSON.parse(line) as Found); // what the script prints
}, 300_000);

test.each(Object.keys(bugs))('%s is found', (bug) => {
  const found = all.find(({ name }) => name === bug);
  process.stdout.write(`${bug}: found in life ${found?.seed}: ${found?.words}\n`);
  expect(found?.seed).toEqual(expect.any(Number));
  expect(found?.without).toEqual([]);
});
