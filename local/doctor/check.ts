/** A check of the doctor: what it tries, and what to do when that fails. */
import type { Config } from '../../shared/platform/config.ts';
import type { Platform, Reads } from '../../shared/platform/platform.ts';

/** What is examined. */
export interface Patient {
  config: Config;
  /** Opened beside the running server: without its folder. */
  platform: Platform;
  /** The truth: the embedded file as it is, or Azure SQL; undefined: there is no file yet. Throws where it is broken. */
  reads: () => Reads | undefined;
}

export interface Check {
  name: string;
  /** What to do when it is wrong, unless what is thrown says better. */
  mend: (config: Config) => string;
  /** It reads the database: without that, what it says is of no use. */
  needsDatabase?: boolean;
  /** How long it may take; 30. */
  limit_seconds?: number;
  /** Says how it went; throws what is wrong. Changes nothing. */
  run: (patient: Patient) => Promise<string>;
}

/** What is wrong, with what to do in this very case. */
export class Ailment extends Error {
  override readonly name = 'Ailment';
  readonly mend: string;

  constructor(message: string, mend: string) {
    super(message);
    this.mend = mend;
  }
}

export interface Finding {
  name: string;
  verdict: 'ok' | 'wrong' | 'not tried';
  /** How it went, or what is wrong. */
  says: string;
  /** What to do; null where nothing is wrong. */
  mend: string | null;
}

export interface Report {
  /** Nothing is wrong, and everything was tried. */
  ok: boolean;
  findings: Finding[];
}
