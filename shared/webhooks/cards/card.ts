/** What a person is shown in a channel, whatever the channel is. */
export interface Card {
  title: string;
  text: string;
  /** A name and a value each. */
  facts: readonly (readonly [name: string, value: string])[];
}

/** At most so many characters, with a mark where some are left out. */
export const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;
