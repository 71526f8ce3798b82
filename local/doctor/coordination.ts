/** Do agents, queues, mailboxes and channels do what they are for? */
import { agentTroubles, channelTroubles, mailboxTroubles, queueTroubles } from '../../shared/insights/troubles.ts';
import type { Reads } from '../../shared/platform/platform.ts';
import type { Check } from './check.ts';

interface Looked {
  name: string;
  troubles: (reads: Reads) => Promise<string[]>;
  /** Where there are none. */
  well: string;
  mend: string;
}

/** So many are named. */
const most = 5;

const looking = ({ name, troubles, well, mend }: Looked): Check => ({
  name,
  needsDatabase: true,
  mend: () => mend,
  run: async ({ reads }) => {
    const truth = reads();
    const found = truth === undefined ? [] : await troubles(truth);
    if (found.length === 0) return well;
    const more = found.length > most ? `; and ${found.length - most} more` : '';
    throw new Error(found.slice(0, most).join('; ') + more);
  },
});

export const coordination: Check[] = [
  {
    name: 'agents',
    troubles: agentTroubles,
    well: 'none is silent or isolated',
    mend: 'Start it, or retire it (DELETE /api/v1/agents/{id}); an isolated one comes back by POST …/restore, its statistics say why it failed.',
  },
  {
    name: 'queues',
    troubles: queueTroubles,
    well: 'each with tasks has an agent',
    mend: 'Start or register an agent that has all the capabilities that the queue names, or cancel the jobs.',
  },
  {
    name: 'mailboxes',
    troubles: mailboxTroubles,
    well: 'mail is received',
    mend: 'Start the receiver, and look at its log; GET /api/v1/messages/dead says why each was given up, POST …/dead/resend sends them again.',
  },
  {
    name: 'channels',
    troubles: channelTroubles,
    well: 'nobody was refused of late',
    mend: 'Let the role send it (PUT /api/v1/messages/channels), or mend the agent that sends it.',
  },
].map(looking);
