/** The flags of Node that `npm start` gives: what is measured is what runs. */
import { readFileSync } from 'node:fs';

export function startFlags(): string[] {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { scripts } = JSON.parse(text) as { scripts: { start: string } };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}
