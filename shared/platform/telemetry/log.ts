/** Structured log: JSON lines on standard error, with trace ids, and with secrets masked. */
import { pino, type Logger } from 'pino';
import { currentTrace } from '../context.ts';
import { mask } from './mask.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Standard output belongs to what a command prints; the log goes to standard error. */
export function openLog(level: string, write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => {
        const [, trace_id, span_id] = currentTrace()?.split('-') ?? [];
        return { trace_id, span_id };
      },
    },
    { write: (line) => write(mask(line)) },
  );
}
