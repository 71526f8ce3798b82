/** A message for an incoming webhook of Slack, in blocks. Pure. */
import { shortened, type Card } from './card.ts';

/** Slack refuses a message of which one part is longer. */
const mostCharacters = { title: 150, text: 3000, fact: 2000 } as const;
const factsInOneSection = 10;

/** The three characters that mean something to Slack: so nobody is called and no link is made by what others wrote. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });

/** Cut first: half an escape would be shown as it stands. What is cut leaves room for what escapes add. */
const short = (text: string, most: number): string => {
  let cut = shortened(text, most);
  while (escaped(cut).length > most) cut = shortened(cut, Math.floor(cut.length * 0.8));
  return escaped(cut);
};

export const slackMessage = ({ title, text, facts }: Card) => ({
  text: short(title, mostCharacters.title),
  blocks: [
    { type: 'header', text: plain(shortened(title, mostCharacters.title)) },
    ...(text === '' ? [] : [{ type: 'section', text: plain(shortened(text, mostCharacters.text)) }]),
    ...sectionsOf(facts),
  ],
});

function sectionsOf(facts: Card['facts']) {
  const fields = facts.map(([name, value]) => ({
    type: 'mrkdwn',
    text: `*${short(name, mostCharacters.title)}*\n${short(value, mostCharacters.fact - mostCharacters.title - 3)}`,
  }));
  const sections = Math.ceil(fields.length / factsInOneSection);
  return Array.from({ length: sections }, (_, at) => ({
    type: 'section',
    fields: fields.slice(at * factsInOneSection, (at + 1) * factsInOneSection),
  }));
}
