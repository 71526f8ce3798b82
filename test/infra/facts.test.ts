/** The rules of facts.ts are shown to fail; .ci/run holds the templates themselves against them. */
import { describe, expect, it } from 'vitest';
import { bellNames } from '../../shared/platform/platform.ts';
import { faultsIn, roles, roleType, wanted, type Facts, type Resource } from './facts.ts';

/** Facts about templates that keep every promise; a resource's symbol is its type, an assignment's the role's name. */
const sound = (): Facts => ({
  resources: [
    ...Object.entries(wanted).map(([type, settings]) => ({
      symbol: type,
      type,
      existing: false,
      loop: { count: bellNames.length },
      literals: Object.fromEntries(Object.entries(settings).map(([path, value]) => [`properties.${path}`, value])),
    })),
    ...Object.entries(roles).map(([symbol, { role, scope }]) => ({
      symbol,
      type: roleType,
      existing: false,
      scope,
      literals: {},
      roleDefinitionIds: [role],
    })),
  ],
});

const changed = (symbol: string, change: Partial<Resource>): Facts => ({
  resources: sound().resources.map((resource) => (resource.symbol === symbol ? { ...resource, ...change } : resource)),
});

const without = (symbol: string): Facts => ({
  resources: sound().resources.filter((resource) => resource.symbol !== symbol),
});

const added = (type: string): Facts => ({
  resources: [...sound().resources, { symbol: 'extra', type, existing: false, literals: {} }],
});

/** Each setting that has to be there, with the line that tells of its absence. */
const settings = Object.entries(wanted).flatMap(([type, values]) =>
  Object.entries(values).map(([path, value]) => ({
    type,
    path,
    line: `${type}: ${path} is not ${JSON.stringify(value)}`,
  })),
);

const queues = 'Microsoft.ServiceBus/namespaces/queues';

it('templates that keep every promise pass', () => {
  expect(faultsIn(sound())).toEqual([]);
});

it('what exists already is not judged', () => {
  const existing = { symbol: 'old', type: 'Microsoft.Sql/servers', existing: true, literals: {} };
  expect(faultsIn({ resources: [...sound().resources, existing] })).toEqual([]);
});

describe('a broken promise is one line', () => {
  it.each(settings)('$line', ({ type, path, line }) => {
    const literals = sound().resources.find(({ symbol }) => symbol === type)?.literals;
    expect(faultsIn(changed(type, { literals: { ...literals, [`properties.${path}`]: undefined } }))).toEqual([line]);
  });

  it.each(Object.keys(roles))('the role %s is missing', (name) => {
    expect(faultsIn(without(name))).toEqual([`the role ${name} is missing`]);
  });

  it.each<[string, Facts]>([
    ['there is no Microsoft.KeyVault/vaults', without('Microsoft.KeyVault/vaults')],
    ['bus.send on namespace is not a role that is meant', changed('bus.send', { scope: 'namespace' })],
    ['bus.send on queues[i] is not a role that is meant', changed('bus.send', { roleDefinitionIds: ['090c5cfd'] })],
    ['extra on the whole group is not a role that is meant', added(roleType)],
    [
      'extra is a Microsoft.ServiceBus/namespaces/authorizationRules: a way in without Entra ID',
      added('Microsoft.ServiceBus/namespaces/AuthorizationRules'),
    ],
    [`there are 1 queues for ${bellNames.length} bells`, changed(queues, { loop: { count: 1 } })],
    [`there are 0 queues for ${bellNames.length} bells`, changed(queues, { loop: {} })],
  ])('%s', (line, facts) => {
    expect(faultsIn(facts)).toEqual([line]);
  });
});
