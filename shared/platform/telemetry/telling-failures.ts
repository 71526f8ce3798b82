/** Says when telemetry does not arrive: once when it begins, and once when it is over. */
import type { Log } from './log.ts';

interface Exporter<Items> {
  export(items: Items, done: (result: { code: number; error?: Error }) => void): void;
}

/** The exporter itself, with its ends looked at. */
export function tellingFailures<Items, E extends Exporter<Items>>(
  exporter: E & Exporter<Items>,
  what: string,
  log: Log,
): E {
  const send = exporter.export.bind(exporter);
  let failing = false;
  exporter.export = (items, done) =>
    send(items, (result) => {
      const failed = result.code !== 0;
      if (failed && !failing)
        log.warn({ err: result.error }, `${what} cannot be sent to the collector; they are dropped`);
      if (!failed && failing) log.info(`${what} are sent to the collector again`);
      failing = failed;
      done(result);
    });
  return exporter;
}
