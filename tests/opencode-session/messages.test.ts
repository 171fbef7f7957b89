import { expect, test } from 'vitest';
import type { ServerEvent } from '../../src/opencode-session/events.ts';
import { messageIn, Unread } from '../../src/opencode-session/messages.ts';

const said = (messageID: string, text: string, sessionID = 'ses_1'): ServerEvent => ({
  type: 'message.part.updated',
  properties: { part: { type: 'text', messageID, sessionID, text } },
});
const answer = (parentID: string, sessionID = 'ses_1'): ServerEvent => ({
  type: 'message.updated',
  properties: { info: { role: 'assistant', parentID, sessionID } },
});

test('an answer means that its message was read, and those before it', () => {
  const unread = new Unread('ses_1');
  for (const [id, text] of [
    ['a', 'one'],
    ['b', 'two'],
    ['c', 'two'],
    ['d', 'four'],
  ] as const) {
    unread.add({ id, text });
  }
  const events = [said('msg_1', 'one'), said('msg_2', 'two'), said('msg_3', 'two'), said('msg_2', 'two')];
  expect(events.flatMap((event) => unread.readBy(event))).toEqual([]);
  expect(unread.readBy(answer('msg_2'))).toEqual(['a', 'b']);
  expect(unread.readBy(answer('msg_2'))).toEqual([]);
  expect(unread.readBy(answer('msg_3'))).toEqual(['c']);
  expect(unread.any).toBe(true);
  unread.drop('d');
  expect(unread.any).toBe(false);
});

test('answers to something else, or of sub-agents, mean nothing', () => {
  const unread = new Unread('ses_1');
  unread.add({ id: 'a', text: 'one' });
  const events = [
    said('msg_9', 'one', 'ses_child'),
    answer('msg_9', 'ses_child'),
    said('msg_1', 'one'),
    answer('msg_0'),
    answer('msg_1', 'ses_child'),
    { type: 'message.updated', properties: { info: { role: 'user', sessionID: 'ses_1' } } },
    { type: 'session.idle' },
  ];
  expect(events.flatMap((event) => unread.readBy(event))).toEqual([]);
  expect(unread.any).toBe(true);
});

test.each(['', 'text', 'null', '[]', '{"id":"a"}', '{"id":1,"text":"x"}', '{"id":"a","te'])(
  'a line that is no message: %s',
  (line) => expect(messageIn(line)).toBeNull(),
);
