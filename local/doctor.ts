/**
 * `npm run doctor [-- --json]`: tries everything that the settings name and says of each whether it is well, what is
 * wrong and how to mend it. Also beside a running server. Exit 1 when something is wrong.
 */
import { parseArgs, styleText } from 'node:util';
import { mask } from '../shared/platform/telemetry/mask.ts';
import { examine } from './doctor/examine.ts';
import type { Finding } from './doctor/check.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

const colours = { ok: 'green', wrong: 'red', 'not tried': 'yellow' } as const;

const lineOf = ({ name, verdict, says, mend }: Finding): string =>
  `${styleText(colours[verdict], verdict.padEnd(9))}  ${name.padEnd(9)}  ${says}${mend === null ? '' : `\n${' '.repeat(22)}→ ${mend}`}`;

const report = await examine(process.env);
const text = values.json ? JSON.stringify(report, null, 2) : report.findings.map(lineOf).join('\n');
console.log(mask(text));
process.exit(report.ok ? 0 : 1);
