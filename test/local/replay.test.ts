/** A log that cannot be replayed: what is said of it, by its line, and that nothing is left behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logOf } from '../../local/replay/log.ts';
import { rowsIn } from '../../local/replay/rows.ts';

const header = 'seq,job_key,prompt_tokens,completion_tokens,model';

describe('rows', () => {
  it('may hold commas, quotes and line breaks in quotes, and end their lines either way', () => {
    const log = '\uFEFFseq,job_key,prompt_tokens,completion_tokens\r\n1,"a, ""b""\nc",5,"7"\r\n\r\n2,d,,9\n';
    expect(rowsIn(log)).toMatchObject([
      { job_name: 'a-b-c', input_tokens: 5, output_tokens: 7 },
      { job_name: 'd', input_tokens: 0, output_tokens: 9 },
    ]);
  });

  it.each([
    ['', 'the file is empty'],
    ['seq,job_key\n1,a', 'the file has no column prompt_tokens, completion_tokens'],
    [header, 'the file has no rows'],
    [`${header}\n1,a,5,7`, 'line 2 has 4 fields, the header 5'],
    [`${header}\n1,a,5,7,m,more`, 'line 2 has 6 fields, the header 5'],
    [`${header}\n1,"a\nb",5,7,\n2,c,many,7,`, 'line 4: prompt_tokens is "many"; expected a whole number, such as 1250'],
    [`${header}\n1,a,5,-7,`, 'line 2: completion_tokens is "-7"; expected a whole number, such as 1250'],
    [`${header}\n1,a,5,7.5,`, 'line 2: completion_tokens is "7.5"; expected a whole number, such as 1250'],
    [`${header}\nx,a,5,7,\n1,b,5,7,`, 'line 2: seq is "x"; expected a whole number, such as 1250'],
    [`${header}\n1,a,5,7,\n2,"b,5,7,`, 'line 3 is no CSV: a quote stands where none may, or is never closed'],
    [`${header}\n1,a"b",5,7,`, 'line 2 is no CSV: a quote stands where none may, or is never closed'],
  ])('%j: %s', (log, message) => {
    expect(() => rowsIn(log)).toThrow(message);
  });
});

describe('a log that is made up', () => {
  it('is the same for the same seed', () => {
    const made = logOf({ rows: '20', seed: '7' });
    expect(made).toHaveLength(20);
    expect(logOf({ rows: '20', seed: '7' })).toEqual(made);
    expect(logOf({ rows: '20', seed: '8' })).not.toEqual(made);
  });

  it.each([
    [{ seed: '1' }, 'Give the log'],
    [{ file: 'log.csv', rows: '5', seed: '1' }, 'Give the log'],
    [{ rows: 'many', seed: '1' }, '--rows takes a whole number'],
    [{ rows: '0', seed: '1' }, '--rows takes a whole number'],
    [{ rows: '5', seed: 'x' }, '--seed takes a whole number'],
  ])('is refused for %j', (asked, message) => {
    expect(() => logOf(asked)).toThrow(message);
  });
});

describe('npm run replay', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'muster-replay-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const replay = async (log: string, ...options: string[]) => {
    const file = join(folder, 'log.csv');
    writeFileSync(file, log);
    const script = fileURLToPath(new URL('../../local/replay.ts', import.meta.url));
    const child = spawn(process.execPath, [script, file, ...options], { env: { ...process.env, TMPDIR: folder } });
    const [[code], said] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
    return { code, said, left: readdirSync(folder).filter((name) => name.startsWith('muster-')) };
  };

  it('names the line of a row that it cannot use, and starts nothing', async () => {
    const said = 'line 2: prompt_tokens is "many"; expected a whole number, such as 1250\n';
    expect(await replay(`${header}\n1,a,many,7,`)).toEqual({ code: 1, said, left: [] });
  });

  it('says why the server refused, in one line, and removes its folder', async () => {
    const { code, said, left } = await replay(`${header}\n1,a,5,7,${'m'.repeat(201)}`);
    expect(said).toMatch(/^400 invalid: .+\n$/);
    expect({ code, left }).toEqual({ code: 1, left: [] });
  });

  it.each([
    [['--concurrency', 'many'], '--concurrency takes a whole number, at least 1\n'],
    [['--sideways'], /^Unknown option '--sideways'/],
  ])('refuses %j without a stack', async (options, message) => {
    const { code, said } = await replay(`${header}\n1,a,5,7,`, ...options);
    expect(said).toMatch(message);
    expect(said).not.toContain('    at ');
    expect(code).toBe(1);
  });
});
