import type { Look, Promised } from './promised.ts';

interface Message {
  id: string;
  state: string;
  dead_reason: string | null;
}

/** Of what somebody heard to be sent. */
function withoutEnd({ rows, ledger }: Look): string[] {
  const all = new Map(rows<Message>('select id, state, dead_reason from messages').map((row) => [row.id, row]));
  const sent = new Set(ledger.of('letter').flatMap(({ heard, ids }) => (heard === 'done' ? ids : [])));
  return [...sent].flatMap((id) => {
    const { state, dead_reason } = all.get(id) ?? { state: 'gone', dead_reason: null };
    const isOver = state === 'acknowledged' || (state === 'dead' && dead_reason !== null);
    return isOver ? [] : [`${id} was sent, and is ${state}`];
  });
}

export const aSentMessageComesToAnEnd: Promised = {
  sentence:
    'A message that was acknowledged as sent is acknowledged by its receiver, or dead with a reason, once faults stop.',
  atEnd: withoutEnd,
};
