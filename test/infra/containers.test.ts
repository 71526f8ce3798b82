/** The containers for local work: reachable from this machine only, with a password that nobody has committed. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { settings } from '../../shared/platform/settings.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const compose = read('docker-compose.yml');
const example = read('.env.example');

const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, said = '']) => said);
const given = new Map([...example.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));

it('listen on 127.0.0.1 only', () => {
  const ports = found(compose, /^ {6}- (\S*:\d+)(?: #.*)?$/gm);
  expect(ports.length).toBeGreaterThan(4);
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});

it('take every value that is asked for from .env, where the example leaves those empty that the reader makes', () => {
  const asked = new Set(found(compose, /\$\{(\w+)/g));
  expect([...asked].toSorted()).toEqual(['ACCEPT_EULA', 'MSSQL_SA_PASSWORD']);
  for (const name of asked) expect([name, given.get(name)]).toEqual([name, '']);
});

it('are known to Muster by settings that it has', () => {
  const ours = [...given.keys()].filter((name) => !compose.includes(`\${${name}`));
  expect(ours).toContain('AZURE_SQL_SERVER');
  expect(ours.filter((name) => !(name in settings.shape))).toEqual([]);
});

it('have a password in no other form than by its name', () => {
  expect(given.get('AZURE_SQL_PASSWORD')).toBe('$MSSQL_SA_PASSWORD');
  const named = /^(\$\{MSSQL_SA_PASSWORD:|"\$\$MSSQL_SA_PASSWORD")/;
  expect(found(compose, /PASSWORD: (\S+)|-P (\S+)/g).filter((value) => value !== '' && !named.test(value))).toEqual([]);
});

it('mount files that are there', () => {
  const mounted = found(compose, /^ {6}- \.\/([\w/.-]+):/gm);
  expect(mounted).toEqual(['local/servicebus-emulator.json']);
  expect(mounted.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

it('leaves .env out of Git', () => {
  expect(read('.gitignore').split('\n')).toContain('.env');
});
