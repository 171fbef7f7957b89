import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayWidth, hanging } from '../../src/report/width.ts';

test('text beside a head is broken between words and loses nothing', () => {
  expect(hanging('builder  ', 'Builds one story and commits it to the branch.', 30)).toBe(
    'builder  Builds one story and\n         commits it to the\n         branch.',
  );
  expect(hanging('a  ', 'a-word-that-is-longer-than-it than the line', 24)).toBe(
    'a  a-word-that-is-longer-than-it\n   than the line',
  );
  // A head that leaves too little room.
  expect(hanging('final-validator  ', 'Judges the whole of it.', 30)).toBe(
    'final-validator  Judges the\n    whole of it.',
  );
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z漢]{1,30}$/), { minLength: 1 }),
      fc.integer({ min: 22, max: 80 }),
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
