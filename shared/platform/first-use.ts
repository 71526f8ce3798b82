/** What is made at its first use: a host asks for names first, and counts the time until it has them. */

export interface FirstUse<T> {
  /** Makes it, once. Throws what making it throws; the next use tries again. */
  use(): Promise<T>;
  /** It, if it has been made or is being made. */
  made(): Promise<T> | undefined;
}

export function firstUse<T>(make: () => Promise<T>): FirstUse<T> {
  let made: Promise<T> | undefined;
  const use = () => {
    if (made !== undefined) return made;
    const making = make().catch((error: unknown) => {
      made = undefined; // not for ever: a database may wake up
      throw error;
    });
    return (made = making);
  };
  return { use, made: () => made };
}
