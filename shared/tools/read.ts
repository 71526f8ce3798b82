/** Tools and verifiers as callers see them. */
import type { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import { refuse } from '../outcomes.ts';
import type { Platform } from '../platform/platform.ts';
import { findTool, toolPage } from './store.ts';
import { findVerifier, verifierPage } from './store/verifiers.ts';
import { toolAnswer, type Tool } from './tool.ts';
import { verifierAnswer, type Verifier } from './verifier.ts';

interface Page {
  /** Those whose names come after this one. */
  after?: string | undefined;
  limit: number;
}

type ToolAnswer = z.output<typeof Tool>;
type VerifierAnswer = z.output<typeof Verifier>;

/** By name. */
export const listTools = async (
  { db }: Platform,
  _caller: Caller,
  { after = '', limit }: Page,
): Promise<ToolAnswer[]> => (await toolPage(db.read, { after, limit })).map(toolAnswer);

/** Refuses `not_found`. */
export const getTool = async ({ db }: Platform, _caller: Caller, { name }: { name: string }): Promise<ToolAnswer> =>
  toolAnswer((await findTool(db.read, { name })) ?? refuse('not_found'));

/** By name. */
export const listVerifiers = async (
  { db }: Platform,
  _caller: Caller,
  { after = '', limit }: Page,
): Promise<VerifierAnswer[]> => (await verifierPage(db.read, { after, limit })).map(verifierAnswer);

/** Refuses `not_found`. */
export const getVerifier = async (
  { db }: Platform,
  _caller: Caller,
  { name }: { name: string },
): Promise<VerifierAnswer> => verifierAnswer((await findVerifier(db.read, { name })) ?? refuse('not_found'));
