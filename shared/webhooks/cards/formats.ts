/** Cards in the words of each channel. Pure. */
import type { Card } from './card.ts';
import { slackMessage } from './slack.ts';
import { teamsMessage } from './teams.ts';

const messages = { teams: teamsMessage, slack: slackMessage } as const;

export const cardBody = (format: keyof typeof messages, card: Card): string => JSON.stringify(messages[format](card));
