import { expect, test } from 'vitest';
import { reasonsText } from '../../src/domain/reasons-text.ts';

test('stories of which the same is to be said are named together', () => {
  expect(
    reasonsText([
      { rule: 'exit-code', text: 'the session exited with 3' },
      { rule: 'story-missing', text: 'US-1: the result says nothing about it' },
      { rule: 'story-failed', text: 'US-2: no key: none was given' },
      { rule: 'story-missing', text: 'US-3: the result says nothing about it' },
      { rule: 'check', text: '`npm test` exited with 1' },
    ]),
  ).toBe(
    'the session exited with 3; US-1, US-3: the result says nothing about it; US-2: no key: none was given; `npm test` exited with 1',
  );
  expect(reasonsText([])).toBe('');
});
