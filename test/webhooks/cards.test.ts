import { describe, expect, it } from 'vitest';
import { slackMessage } from '../../shared/webhooks/cards/slack.ts';
import { teamsMessage } from '../../shared/webhooks/cards/teams.ts';

const card = {
  title: 'A job has failed: report',
  text: 'It broke. <!channel> [click](https://evil.example) & more',
  facts: [
    ['Job', 'job_1'],
    ['By', 'muster'],
  ],
} as const;

describe('a card for Teams', () => {
  it('is an Adaptive Card in a message, as a workflow takes it', () => {
    const message = teamsMessage(card);
    const [attachment] = message.attachments;
    expect(message.type).toBe('message');
    expect(attachment).toMatchObject({
      contentType: 'application/vnd.microsoft.card.adaptive',
      contentUrl: null,
      content: { type: 'AdaptiveCard', version: '1.5', msteams: { width: 'Full' } },
    });
    expect(attachment?.content.body).toMatchObject([
      { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: card.title }] },
      { inlines: [{ text: card.text }] },
      { inlines: [{ text: 'Job: ' }, { text: 'job_1' }] },
      { inlines: [{ text: 'By: ' }, { text: 'muster' }] },
    ]);
  });

  it('shows what others wrote as text alone, so that it makes no link', () => {
    const blocks = teamsMessage(card).attachments[0]?.content.body ?? [];
    expect(new Set(blocks.map(({ type }) => type))).toEqual(new Set(['RichTextBlock']));
  });

  it('stays below 28 KB', () => {
    const facts = Array.from({ length: 20 }, (_, at) => [`fact ${at}`, 'x'.repeat(9000)] as const);
    const size = JSON.stringify(teamsMessage({ title: 't'.repeat(999), text: 'y'.repeat(99_999), facts })).length;
    expect(size).toBeLessThan(28_000);
  });
});

describe('a message for Slack', () => {
  it('has a header, a text and fields', () => {
    expect(slackMessage(card)).toMatchObject({
      text: card.title,
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: card.title } },
        { type: 'section', text: { type: 'plain_text', text: card.text } },
        { type: 'section', fields: [{ type: 'mrkdwn', text: '*Job*\njob_1' }, { text: '*By*\nmuster' }] },
      ],
    });
  });

  it('calls nobody and links nowhere by what others wrote', () => {
    const facts = [['<!here>', '<https://evil.example|click> & run']] as const;
    const [, , section] = slackMessage({ ...card, facts }).blocks;
    expect(section).toMatchObject({
      fields: [{ text: '*&lt;!here&gt;*\n&lt;https://evil.example|click&gt; &amp; run' }],
    });
  });

  it('keeps within what Slack takes', () => {
    const facts = Array.from({ length: 23 }, (_, at) => [`fact ${at}`, '&'.repeat(9000)] as const);
    const { text, blocks } = slackMessage({ title: 't'.repeat(999), text: 'y'.repeat(9999), facts });
    expect(text.length).toBeLessThanOrEqual(150);
    expect(blocks).toHaveLength(5);
    for (const block of blocks) {
      if ('text' in block) expect(block.text.text.length).toBeLessThanOrEqual(block.type === 'header' ? 150 : 3000);
      if ('fields' in block) {
        expect(block.fields.length).toBeLessThanOrEqual(10);
        for (const field of block.fields) expect(field.text.length).toBeLessThanOrEqual(2000);
      }
    }
  });
});
