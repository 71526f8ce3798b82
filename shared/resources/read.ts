/** Resources as callers see them. */
import type { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import { refuse } from '../outcomes.ts';
import type { Platform } from '../platform/platform.ts';
import { resourceAnswer, type Resource } from './resource.ts';
import { findResource, resourcePage } from './store.ts';

type Answer = z.output<typeof Resource>;

interface Page {
  /** Those whose names come after this one. */
  after?: string | undefined;
  limit: number;
}

/** By name. */
export const listResources = async (
  { db }: Platform,
  _caller: Caller,
  { after = '', limit }: Page,
): Promise<Answer[]> => (await resourcePage(db.read, { after, limit })).map(resourceAnswer);

/** Refuses `not_found`. */
export const getResource = async ({ db }: Platform, _caller: Caller, { name }: { name: string }): Promise<Answer> =>
  resourceAnswer((await findResource(db.read, { name })) ?? refuse('not_found'));
