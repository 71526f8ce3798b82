/**
 * A card for Microsoft Teams: what a workflow of "When a Teams webhook request is received" takes, an Adaptive Card 1.5
 * as the attachment of a message. Pure.
 */
import { shortened, type Card } from './card.ts';

/** Teams takes 28 KB for all of a message. */
const mostCharacters = { title: 300, text: 4000, fact: 500 } as const;

/** In runs of text nothing is taken for Markdown: what others wrote can make no link. */
const runs = (...inlines: object[]) => ({ type: 'RichTextBlock', inlines });
const run = (text: string, more: object = {}) => ({ type: 'TextRun', text, ...more });

export const teamsMessage = ({ title, text, facts }: Card) => ({
  type: 'message',
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      contentUrl: null,
      content: {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
        type: 'AdaptiveCard',
        version: '1.5',
        body: [
          runs(run(shortened(title, mostCharacters.title), { size: 'Large', weight: 'Bolder' })),
          ...(text === '' ? [] : [runs(run(shortened(text, mostCharacters.text)))]),
          ...facts.map(([name, value]) =>
            runs(run(`${name}: `, { weight: 'Bolder' }), run(shortened(value, mostCharacters.fact))),
          ),
        ],
        msteams: { width: 'Full' },
      },
    },
  ],
});
