/** The packaged function app, made once: what it names, what it answers, how it is hosted, and what its start costs. */
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe } from 'vitest';
import { packageApp } from '../../../local/build/package.ts';
import { temporaryFolder, type Packaged } from './an-app.ts';
import { answers } from './answers.ts';
import { hosting } from './hosting.ts';
import { naming } from './naming.ts';
import { starting } from './starting.ts';

const { folder, remove } = temporaryFolder();
let outputs: Metafile['outputs'] = {};
const app: Packaged = { folder, outputs: () => outputs };

beforeAll(async () => {
  outputs = await packageApp(folder);
}, 120_000);
afterAll(remove);

describe('its functions', () => {
  naming(app);
});
describe('its answers', () => {
  answers(app);
});
describe('its host', () => {
  hosting(app);
});
describe('its start', () => {
  starting(app);
});
