import type { Look } from './promised.ts';

/** What is read of one end, by whoever looks at it first. Nothing may change before all have looked. */
export function onceFor<Read extends object>(read: (look: Look) => Read): (look: Look) => Read {
  const known = new WeakMap<Look, Read>();
  return (look) => {
    let found = known.get(look);
    if (found === undefined) known.set(look, (found = read(look)));
    return found;
  };
}
