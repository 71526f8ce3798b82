/** When what is due once a day was due. Pure. */

/** The newest moment up to `at` with this time of the day, in UTC: of today, or of yesterday. */
export function lastSlot(at: Date, { hour, minute }: { hour: number; minute: number }): Date {
  const slot = new Date(at);
  slot.setUTCHours(hour, minute, 0, 0);
  if (slot > at) slot.setUTCDate(slot.getUTCDate() - 1);
  return slot;
}
