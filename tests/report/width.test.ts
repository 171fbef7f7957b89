import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayWidth, hanging } from '../../src/report/width.ts';

test('text beside a head is broken between words and loses nothing', () => {
  expect(hanging('builder  ', 'Builds one story and commits it.', 22)).toBe(
    'builder  Builds one\n         story and\n         commits it.',
  );
  expect(hanging('a  ', 'a-word-that-is-longer than the line', 12)).toBe(
    'a  a-word-that-is-longer\n   than the\n   line',
  );
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z漢]{1,30}$/), { minLength: 1 }),
      fc.integer({ min: 1, max: 60 }),
      (words, columns) => {
        const lines = hanging('- ', words.join(' '), columns).split('\n');
        expect(lines.map((line) => line.slice(2)).join(' ')).toBe(words.join(' '));
        for (const line of lines) {
          expect(displayWidth(line) <= columns || !line.slice(2).includes(' ')).toBe(true);
        }
      },
    ),
  );
});
