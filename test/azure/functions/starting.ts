/** What a start of the app costs: its files, and what is evaluated of them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { atOnce, shortened, watch } from './evaluated.ts';
import { temporaryFolder, type Packaged } from './an-app.ts';

const asking = join(import.meta.dirname, 'evaluated-process.ts');
const env = { PATH: process.env['PATH'], MUSTER_DATA: ':memory:', MUSTER_ADMIN_KEY: `mk.key_admin.${'a'.repeat(43)}` };

const filesIn = (of: string) => globSync('**/*', { cwd: of }).filter((path) => statSync(join(of, path)).isFile());

export function starting({ folder, outputs }: Packaged): void {
  const file = (...path: string[]) => join(folder, ...path);
  describe('the package', () => {
    it('has what a host needs, and nothing to install', () => {
      const found = filesIn(folder);
      expect(found).toEqual(
        expect.arrayContaining([
          'LICENSE',
          'THIRD-PARTY-LICENCES.txt',
          'azure-sql/001_road.sql',
          'functions.cjs',
          'host.json',
          'muster.cjs',
          'package.json',
          'sqlite/001_road.sql',
          'static/docs.html',
          'static/openapi.json',
        ]),
      );
      const kinds =
        /^(?:[\w-]+\.cjs|apart\/\w+\.cjs|(?:sqlite|azure-sql)\/\w+\.sql|static\/[\w./]+|cache\/.*|host\.json|package\.json|LICENSE|THIRD-PARTY-LICENCES\.txt)$/;
      expect(found.filter((path) => !kinds.test(path))).toEqual([]);
      const manifest = JSON.parse(readFileSync(file('package.json'), 'utf8')) as object;
      expect(manifest).toMatchObject({ main: 'functions.cjs' });
      expect(manifest).not.toHaveProperty('dependencies');
      expect(manifest).not.toHaveProperty('scripts');
    });

    it('stays within its budget: 2 MB are read at each start, 5 MB are sent, 17 MB lie on the disk', () => {
      const bytes = (path: string) => statSync(file(path)).size;
      expect(bytes('functions.cjs')).toBeLessThan(2000);
      expect(bytes('muster.cjs')).toBeLessThan(2_000_000);
      const files = filesIn(folder);
      const sent = files.map((path) => gzipSync(readFileSync(file(path))).length);
      expect(sent.reduce((sum, each) => sum + each, 0)).toBeLessThan(5_000_000);
      expect(files.reduce((sum, path) => sum + bytes(path), 0)).toBeLessThan(17_000_000);
    });

    it('has parts that can be loaded, each by itself', () => {
      const loaded = execFileSync(process.execPath, [join(import.meta.dirname, 'parts-process.ts'), file('apart')], {
        encoding: 'utf8',
      });
      const parts = JSON.parse(loaded) as Record<string, number>;
      expect(Object.keys(parts)).toEqual(
        expect.arrayContaining(['@azure/identity', '@azure/service-bus', 'applicationinsights', 'undici']),
      );
      expect(Object.entries(parts).filter(([, names]) => names === 0)).toEqual([]);
    });

    it('says the licence of every package in it', () => {
      const inputs = Object.values(outputs()).flatMap((output) => Object.keys(output.inputs));
      const packages = shortened(inputs.filter((path) => path.includes('node_modules/')));
      const said = new Set(
        readFileSync(file('THIRD-PARTY-LICENCES.txt'), 'utf8').match(/^\S+(?= \d+\.\d+\.\d+\S* \()/gm),
      );
      expect(packages.length).toBeGreaterThan(15);
      expect(packages.filter((name) => !said.has(name))).toEqual([]);
    });

    it('reads nothing from beside a source but what stands beside the bundle', () => {
      const text = readFileSync(file('muster.cjs'), 'utf8');
      expect(text.match(/new URL\([^()]*,urlOfTheBundle\)/g)).toEqual(['new URL("./sqlite/",urlOfTheBundle)']);
      expect(text.match(/urlOfTheBundle/g)).toHaveLength(2);
    });

    it('names no place of the machine that made it, but in the cache, where V8 keeps the name of what it has compiled', () => {
      const written = filesIn(folder).filter((path) => !path.startsWith('cache/'));
      const named = written.filter((path) => readFileSync(file(path)).includes(process.cwd()));
      expect(named).toEqual([]);
    });

    it('brings a compile cache that serves wherever the package is put, though it cannot be written to', () => {
      const elsewhere = temporaryFolder();
      cpSync(folder, elsewhere.folder, { recursive: true });
      const before = filesIn(join(elsewhere.folder, 'cache'));
      for (const path of globSync('cache/**', { cwd: elsewhere.folder }))
        chmodSync(join(elsewhere.folder, path), 0o555);
      const { status, stderr } = spawnSync(process.execPath, [asking, elsewhere.folder], {
        env: { ...env, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' },
        encoding: 'utf8',
      });
      expect(status).toBe(0);
      expect(stderr).toMatch(/V8 code cache for CommonJS \S+\/muster\.cjs was accepted/);
      expect(filesIn(join(elsewhere.folder, 'cache'))).toEqual(before);
      elsewhere.remove();
    });
  });

  describe('what is evaluated', () => {
    it('is little at the start, no room for a liveness probe, and no part that stands apart', () => {
      const watched = temporaryFolder();
      cpSync(folder, watched.folder, { recursive: true });
      const bundle = join(watched.folder, 'muster.cjs');
      const plain = atOnce(bundle, outputs());
      watch(bundle);
      const text = execFileSync(process.execPath, [asking, watched.folder], {
        env,
        encoding: 'utf8',
      });
      watched.remove();
      const { start, liveness, readiness } = JSON.parse(text) as Record<'start' | 'liveness' | 'readiness', string[]>;
      expect(shortened([...plain, ...start])).toEqual([
        '@azure/functions',
        '@azure/functions-extensions-base',
        'cookie',
        'functions/azure.ts',
        'functions/host.ts',
        'functions/tables.ts',
        'shared/platform/clock.ts',
        'shared/platform/first-use.ts',
        'shared/platform/forms.ts',
        'shared/platform/platform.ts',
      ]);
      const packages = (modules: string[]) => shortened(modules).filter((name) => !/^(functions|shared)\//.test(name));
      expect(packages(liveness)).toEqual(['hono', 'zod']);
      expect(shortened(liveness).filter((name) => /^shared\/(?!platform\/)\w+\//.test(name))).toEqual([]);
      expect(packages(readiness)).toEqual([
        '@pinojs/redact',
        'atomic-sleep',
        'canonicalize',
        'ipaddr.js',
        'kysely',
        'on-exit-leak-free',
        'pino',
        'pino-std-serializers',
        'quick-format-unescaped',
        'safe-stable-stringify',
        'sonic-boom',
        'thread-stream',
      ]);
    });
  });
}
