/** The templates and the sources say the same: queues and bells, settings, parameters. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settings } from '../../shared/platform/settings.ts';
import { bellNames } from '../../shared/platform/platform.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const templates = globSync('infra/**/*.bicep', { cwd: root.pathname }).toSorted();

interface Emulator {
  UserConfig: { Namespaces: { Queues: { Name: string; Properties: Record<string, unknown> }[] }[] };
}

const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name = '']) => name);

/** Names that the Functions host and its bindings read; Muster's own are in config.ts. */
const ofTheHost = [
  'AzureWebJobsDisableHomepage',
  'AzureWebJobsStorage__accountName',
  'AzureWebJobsStorage__credential',
  'AzureWebJobsStorage__clientId',
  'SERVICEBUS__credential',
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
];

/** Parameters and outputs that no @description stands above. */
const undescribed = (text: string): string[] =>
  text
    .split(/\n{2,}/)
    .filter((block) => !block.includes('@description('))
    .flatMap((block) => found(block, /^(?:param|output) (\w+)/gm));

it('there is one queue for each bell, of its name', () => {
  const [list = ''] = found(read('infra/modules/bus.bicep'), /^var bells = \[(.*)\]$/gm);
  expect(found(list, /'(\w+)'/g)).toEqual(bellNames);
});

it('the queues of the emulator are the same, but for what it cannot', () => {
  const { UserConfig } = JSON.parse(read('local/servicebus-emulator.json')) as Emulator;
  const said = found(read('infra/modules/bus.bicep'), /^ {4}properties: \{\n(.*?)\n {4}\}/gms)[0] ?? '';
  const onAzure = Object.fromEntries(
    [...said.matchAll(/^ {6}(\w+): '?([\w.]+)'?/gm)].map(([, name = '', value = '']) => [name.toLowerCase(), value]),
  );
  for (const { Properties } of UserConfig.Namespaces[0]?.Queues ?? []) {
    const { DefaultMessageTimeToLive: _, ...same } = Properties; // an hour at most there
    for (const [name, value] of Object.entries(same)) {
      expect([name, onAzure[name.toLowerCase()]]).toEqual([name, String(value)]);
    }
  }
  expect(UserConfig.Namespaces[0]?.Queues.map(({ Name }) => Name)).toEqual(bellNames);
});

it("the app's settings are known to Muster or to the Functions host", () => {
  const [block = ''] = found(
    read('infra/modules/app.bicep'),
    /name: 'appsettings'\n {4}properties: \{\n(.*?)\n {4}\}/gs,
  );
  const names = found(block, /^ {6}(\w+):/gm);
  expect(names).toContain('AZURE_SQL_SERVER');
  expect(names.filter((name) => !(name in settings.shape) && !ofTheHost.includes(name))).toEqual([]);
});

it.each(templates)('%s describes every parameter and output', (path) => {
  expect(undescribed(read(path))).toEqual([]);
});

it.each(templates)('%s asks for no key and loads nothing from a registry', (path) => {
  expect(found(read(path), /(\blist\w*\(|\bgetSecret\(|'br[:/]\S*)/g)).toEqual([]);
});

describe('azd', () => {
  it('gives parameters that the template has, and leaves none out that has no default', () => {
    const { parameters } = JSON.parse(read('infra/main.parameters.json')) as { parameters: Record<string, unknown> };
    const text = read('infra/main.bicep');
    const required = found(text, /^param (\w+) \w+$/gm);
    expect(found(text, /^param (\w+)/gm)).toEqual(expect.arrayContaining(Object.keys(parameters)));
    expect(Object.keys(parameters)).toEqual(expect.arrayContaining(required));
  });
});

describe('a planted mistake is caught', () => {
  it('a parameter without a description', () => {
    expect(undescribed("@description('There.')\nparam there string\n\nparam bare string")).toEqual(['bare']);
  });
});
