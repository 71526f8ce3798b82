/** What the documents say is there: links, commands, files, and each name that a reader may look up. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { permissions } from '../shared/access/permissions.ts';
import { jobStates } from '../shared/jobs/job.ts';
import { settings } from '../shared/platform/settings.ts';
import { problems } from '../shared/problems.ts';

interface Page {
  path: string;
  text: string;
}

const root = new URL('..', import.meta.url);
const read = (path: string): Page => ({ path, text: readFileSync(new URL(path, root), 'utf8') });
const found = (pattern: string | string[]): Page[] => globSync(pattern, { cwd: root.pathname }).toSorted().map(read);

const pages = found(['*.md', 'docs/**/*.md', 'examples/**/*.md']);
const recipes = found(['.github/workflows/*.yml', '.ci/run', 'azure.yaml']);
const exists = (path: string): boolean => existsSync(new URL(path, root));
const scriptsOf = ({ text }: Page): string[] => Object.keys((JSON.parse(text) as { scripts: object }).scripts);
const scripts = scriptsOf(read('package.json'));

const linesOf = ({ path, text }: Page, pattern: RegExp): { where: string; said: string }[] =>
  text
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(pattern)].map((match) => ({ where: `${path}:${index + 1}`, said: match[1] ?? '' })),
    );

const link = /(?:\]\(|(?:href|src|srcset)=")(?!https?:|mailto:|#)([^)#"\s]+)/g;

function deadLinks(page: Page, isThere: (path: string) => boolean): string[] {
  return linesOf(page, link)
    .filter(({ said }) => !isThere(posix.join(posix.dirname(page.path), said)))
    .map(({ where, said }) => `${where} links to ${said}, which is not there`);
}

/** Files and folders of ours in backticks; `<room>`, `…` and `*` stand for any. */
function missingFiles(page: Page, isThere: (path: string) => boolean): string[] {
  return linesOf(page, /`((?:shared|functions|local|test|bench|examples|docs|\.ci|\.github)\/[\w./-]*)`/g)
    .filter(({ said }) => !isThere(said))
    .map(({ where, said }) => `${where} names ${said}, which is not there`);
}

function unknownScripts(page: Page, known: string[]): string[] {
  return linesOf(page, /npm run (?:--silent |-s )?([\w:-]*\w)/g)
    .filter(({ said }) => !known.includes(said))
    .map(({ where, said }) => `${where} runs ${said}, which is no script`);
}

/** JSON that a reader may copy. */
function brokenJson({ path, text }: Page): string[] {
  return [...text.matchAll(/```json\n([\s\S]*?)```/g)].flatMap(([, code = '']) => {
    try {
      JSON.parse(code);
      return [];
    } catch (error) {
      return [`${path}: ${code.slice(0, 40)} is no JSON: ${String(error)}`]; // what the test reports
    }
  });
}

const unsaid = (names: readonly string[], text: string): string[] =>
  names.filter((name) => !text.includes(`\`${name}\``));

describe('the documents', () => {
  it('link to what is there', () => {
    expect(pages.flatMap((page) => deadLinks(page, exists))).toEqual([]);
  });

  it('name files that are there', () => {
    expect(pages.flatMap((page) => missingFiles(page, exists))).toEqual([]);
  });

  it('run scripts that exist, as the workflows do', () => {
    expect([...pages, ...recipes].flatMap((page) => unknownScripts(page, scripts))).toEqual([]);
  });

  it('show JSON that is JSON', () => {
    expect(pages.flatMap(brokenJson)).toEqual([]);
  });

  it.each([
    ['setting', Object.keys(settings.shape)],
    ['state', jobStates],
    ['problem code', Object.keys(problems)],
    ['operation', Object.keys(permissions)],
  ])('name every %s', (_, names) => {
    expect(unsaid(names, pages.map(({ text }) => text).join('\n'))).toEqual([]);
  });

  it('give an example of local settings that are settings', () => {
    const { Values } = JSON.parse(read('local.settings.example.json').text) as { Values: Record<string, string> };
    const ours = Object.keys(Values).filter((name) => !/^(AzureWebJobs|FUNCTIONS_)/.test(name));
    expect(ours.filter((name) => !(name in settings.shape))).toEqual([]);
  });
});

describe('a planted mistake is caught', () => {
  const page = (text: string): Page => ({ path: 'docs/page.md', text });

  it.each([
    ['a dead link', deadLinks(page('see [there](../gone.md#part)'), () => false)],
    ['a dead picture', deadLinks(page('<img src="road.svg">'), () => false)],
    ['a missing file', missingFiles(page('in `shared/jobs/gone.ts`'), () => false)],
    ['an unknown script', unknownScripts(page('npm run gone'), ['test'])],
    ['broken JSON', brokenJson(page('```json\n{"a": }\n```'))],
    ['a name left out', unsaid(['blocked', 'failed'], 'only `failed`')],
  ])('%s', (_, lines) => {
    expect(lines).toHaveLength(1);
  });

  it('and what is right passes', () => {
    expect(
      deadLinks(page('[a](../README.md) [b](https://example.org/x) [c](#part)'), (path) => path === 'README.md'),
    ).toEqual([]);
  });
});
