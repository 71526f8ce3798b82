/** Civil dates and times in a time zone, daylight saving included. Pure; what Temporal would do. */

const dayMilliseconds = 86_400_000;

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false; // it says so by throwing
  }
}

/** What clocks in the zone show at a moment, as if it were UTC, in milliseconds. */
function shownAt(at: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  const shown = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (type: string): number => shown.get(type as Intl.DateTimeFormatPartTypes) ?? 0; // each was asked for
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/** The civil date at a moment: midnight of it in UTC. */
export const dateAt = (at: Date, zone: string): Date => {
  const shown = shownAt(at.getTime(), zone);
  return new Date(shown - (((shown % dayMilliseconds) + dayMilliseconds) % dayMilliseconds));
};

export const plusDays = (date: Date, days: number): Date => new Date(date.getTime() + days * dayMilliseconds);

/**
 * The moment at which clocks in the zone show this time on this date. Of two, the earlier; where clocks leap over it, as
 * much later as they leap.
 */
export function momentOf(date: Date, time: string, zone: string): Date {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const shown = date.getTime() + (hours * 60 + minutes) * 60_000;
  const offsets = [-1, 1].map((days) => {
    const near = shown + days * dayMilliseconds;
    return shownAt(near, zone) - near;
  });
  const [first = shown, ...others] = offsets.map((offset) => shown - offset);
  const found = [first, ...others].filter((at) => shownAt(at, zone) === shown);
  return new Date(found.length > 0 ? Math.min(...found) : first);
}
