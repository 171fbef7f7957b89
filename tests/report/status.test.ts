import { expect, test } from 'vitest';
import type { EventPayload } from '../../src/domain/events.ts';
import { paintFor } from '../../src/report/paint.ts';
import { statusText } from '../../src/report/status.ts';
import { eventful, tell } from './story.ts';

test.each([
  [0, 'interrupted just now after 6s; teams resume goes on'],
  [4_999, 'interrupted just now after 6s; teams resume goes on'],
  [5_000, 'interrupted 5s ago after 6s; teams resume goes on'],
  [-60_000, 'interrupted just now after 6s; teams resume goes on'],
])('%i ms after a run was interrupted', (ms, line) => {
  const end: EventPayload = { type: 'run.ended', outcome: 'interrupted', reason: 'Ctrl-C or a signal' };
  const { state } = tell([...eventful.slice(0, 6), end]);
  const nothing = { others: [], cutOff: null, plans: new Map(), why: null, askWhy: '' };
  const view = { state, where: null, pid: null, folder: 'f', ...nothing };
  const now = Date.parse(state.endedAt ?? '') + ms;
  expect(statusText({ ...view, now }, paintFor(false), Infinity)).toContain(
    `\n${line}, 0 of 4 epics merged\n`,
  );
});
