/** Where the rows of a replay come from. */
import { generatedLog } from './generated.ts';
import { readRows, rowsIn, type Row } from './rows.ts';

interface Asked {
  file?: string | undefined;
  /** How many to make up. */
  rows?: string;
  seed: string;
}

/** The rows of the file, or made-up ones, always the same for the same seed. Throws in words for the command line. */
export function logOf({ file, rows, seed }: Asked): Row[] {
  if ((file === undefined) === (rows === undefined)) {
    throw new Error('Give the log: npm run replay -- FILE.csv, or --rows N to make one up');
  }
  if (rows === undefined) return readRows(file ?? '');
  if (!/^[1-9]\d{0,5}$/.test(rows)) throw new Error('--rows takes a whole number from 1 to 999999');
  if (!/^\d{1,9}$/.test(seed)) throw new Error('--seed takes a whole number below a billion');
  return rowsIn(generatedLog(Number(rows), Number(seed)));
}
