/** Reads facts about the templates from standard input and ends with 1 when a promise is broken. See .ci/run. */
import { text } from 'node:stream/consumers';
import { faultsIn, type Facts } from './facts.ts';

const facts = JSON.parse(await text(process.stdin)) as Facts;
const faults = faultsIn(facts);
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.stdout.write(`${facts.resources.length} resources, ${faults.length} promises broken\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
