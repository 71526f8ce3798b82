/** Rings for what a batch has done: its answers come after the commit, so nothing has to be kept. */
import { currentTrace } from '../context.ts';
import type { BellName, Platform } from '../platform.ts';

export const ring = (platform: Platform, bell: BellName, id: string): void =>
  platform.bells.ring({ bell, id, trace: currentTrace() });
