/**
 * `npm run verify-record [-- --data FOLDER | --url URL --key KEY] [--public-key KEY …]`: checks chains, seals and versions of the
 * record, offline from the file or over HTTP, and names the first bad line. Exit 1 when there is one.
 */
import { parseArgs } from 'node:util';
import { checkRecord } from '../shared/insights/check-record.ts';
import { recordInFile } from './record-file.ts';
import { recordOverHttp } from './record-http.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: process.env['MUSTER_DATA'] ?? '.muster' },
    url: { type: 'string' },
    key: { type: 'string', default: process.env['MUSTER_KEY'] ?? '' },
    'public-key': { type: 'string', multiple: true, default: [] },
  },
});

try {
  const source =
    values.url === undefined
      ? await recordInFile(values.data, values['public-key'])
      : await recordOverHttp({ url: values.url, key: values.key, trusted: values['public-key'] });
  const { events, streams, seals, bad } = await checkRecord(source);
  console.log(`${events} events in ${streams} streams, ${seals} ${seals === 1 ? 'seal' : 'seals'}`);
  if (bad === null) {
    console.log('The record is whole.');
  } else {
    console.log(`First bad line: stream ${bad.stream}, number ${bad.number}: ${bad.what}`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
