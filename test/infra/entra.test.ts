/** The app registration gives the roles that Muster knows, and the Azure CLI the one scope that there is. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { principalRoles } from '../../shared/access/caller.ts';

interface Application {
  api: { requestedAccessTokenVersion: number; oauth2PermissionScopes: { id: string }[] };
  appRoles: { id: string; value: string; isEnabled: boolean; allowedMemberTypes: string[] }[];
}

interface Patch {
  api: { preAuthorizedApplications: { delegatedPermissionIds: string[] }[] };
}

const read = <File>(name: string): File =>
  JSON.parse(readFileSync(new URL(`../../infra/entra/${name}.json`, import.meta.url), 'utf8')) as File;
const { api, appRoles } = read<Application>('application');

it('gives each role of a principal, and lets only people approve', () => {
  expect(appRoles.map(({ value }) => value)).toEqual(principalRoles);
  expect(appRoles.filter(({ isEnabled }) => !isEnabled)).toEqual([]);
  expect(appRoles.filter(({ allowedMemberTypes }) => allowedMemberTypes.length === 0)).toEqual([]);
  expect(appRoles.find(({ value }) => value === 'approver')?.allowedMemberTypes).toEqual(['User']);
  expect(new Set(appRoles.map(({ id }) => id)).size).toBe(appRoles.length);
});

it('asks for tokens whose audience is the client id', () => {
  expect(api.requestedAccessTokenVersion).toBe(2);
});

it('lets the Azure CLI sign people in', () => {
  const given = read<Patch>('azure-cli').api.preAuthorizedApplications.flatMap((one) => one.delegatedPermissionIds);
  expect(given).toEqual(api.oauth2PermissionScopes.map(({ id }) => id));
});
