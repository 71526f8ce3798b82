/** What a transaction has to tell those who wait: before its commit, where they can join it, or else after it. */
import type { Hints } from '../platform.ts';

export interface News {
  add(topic: string): void;
  /** Called by the engine once the transaction has run, each time that it does. */
  tell(): void;
  /** After the commit: what the engine has not told. */
  tellRest(): void;
  /** The transaction begins anew. */
  forget(): void;
}

export function newsOf(hints: Hints): News {
  const topics = new Set<string>();
  let isTold = false;
  const tell = () => {
    isTold = true;
    for (const topic of topics) hints.tell(topic);
  };
  return {
    add: (topic) => void topics.add(topic),
    tell,
    tellRest: () => {
      if (!isTold) tell();
    },
    forget: () => {
      isTold = false;
      topics.clear();
    },
  };
}
