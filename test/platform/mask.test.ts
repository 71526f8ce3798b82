import { expect, test } from 'vitest';
import { withTrace } from '../../shared/platform/context.ts';
import { openLog } from '../../shared/platform/telemetry/log.ts';
import { mask } from '../../shared/platform/telemetry/mask.ts';

const canary = 'CANARYcanary0123456789CANARYcanary0123456789';

test.each([
  `mk.admin.${canary}`,
  `whsec_${canary}`,
  `Authorization: Bearer ${canary}`,
  `authorization: basic ${canary}`,
  `eyJhbGciOiJSUzI1NiJ9.eyJyb2xlcyI6WyJhZG1pbiJdfQ.${canary}`,
  `ghp_${canary}`,
  `github_pat_${canary}`,
  `sk-${canary}`,
  `https://x.example/hook?sig=${canary}&a=1`,
  `https://x.example/?a=1&token=${canary}`,
  `https://user:${canary}@x.example:4318/v1`,
  `amqp://:p@${canary}@x.example`,
  `password=${canary}`,
  `{"password":"${canary}"}`,
  `"api_key": "${canary}"`,
  `Endpoint=sb://x/;SharedAccessKey=${canary}`,
])('the secret in %s is masked', (text) => {
  expect(mask(`before ${text} after`)).not.toContain(canary);
  expect(mask(JSON.stringify({ text }))).not.toContain(canary);
});

test('text without secrets stays as it is', () => {
  const text = 'job_01kjmma2g0rm5yx17j9z6sk03c is blocked: budget_exhausted, 12 tokens, key: a';
  expect(mask(text)).toBe(text);
});

test('an address without a password stays as it is', () => {
  const text = 'https://x.example:4318/v1?to=a@b.example and https://x.example:443, by pat@x.example';
  expect(mask(text)).toBe(text);
});

test('what is logged is masked, wherever in the line it stands, and still JSON', () => {
  const lines: string[] = [];
  const log = openLog('info', (line) => lines.push(line));
  log.error({ err: new Error(`call failed: Bearer ${canary}`), headers: { authorization: canary } }, `mk.x.${canary}`);
  expect(lines.join()).not.toContain(canary);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', msg: 'mk.[masked]' });
});

test('a line carries the trace id of what it is about, and nothing below the level is written', () => {
  const lines: string[] = [];
  const log = openLog('warn', (line) => lines.push(line));
  log.info('not written');
  withTrace('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', () => log.warn('written'));
  expect(lines.map((line) => JSON.parse(line).trace_id)).toEqual(['4bf92f3577b34da6a3ce929d0e0e4736']);
});
