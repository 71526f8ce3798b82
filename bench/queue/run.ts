/** A process with one contestant, which is measured as often as its parent asks. */
import { bullmq } from './bullmq.ts';
import { byHand } from './by-hand.ts';
import { figuresOf, type Contestant, type Load } from './contestant.ts';
import { graphile } from './graphile.ts';
import { muster } from './muster.ts';

/** Each opens what it is given: a folder, a port, or an address. */
const contestants: Record<string, (where: string) => Promise<Contestant>> = { muster, byHand, bullmq, graphile };

const [name = '', where = ''] = process.argv.slice(2);
const contestant = await contestants[name]?.(where);
if (contestant === undefined) throw new Error(`there is no contestant ${name}`);
process.on('message', (load: Load) => {
  void figuresOf(contestant, load).then((figures) => process.send?.(figures));
});
process.once('disconnect', () => void contestant.close());
process.send?.('ready');
