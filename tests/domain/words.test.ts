import { expect, test } from 'vitest';
import { because, lastWords, list } from '../../src/domain/words.ts';

test('a few names, and how many more there are', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  expect([list([]), list(names.slice(0, 5)), list(names), list(names, 1)]).toEqual([
    '',
    'a, b, c, d, e',
    'a, b, c, d, e and 2 more',
    'a and 6 more',
  ]);
  // Not cut through the middle of a character.
  expect(list([`${'x'.repeat(118)}😀😀`])).toBe(`${'x'.repeat(118)}…`);
});

test('the last words of a program are the last that can be seen', () => {
  const failed = (tail: string): string => because('exited with 1', lastWords(tail));
  expect(failed('one\n  \u001b[31mno such model\u001b[0m  \n\u001b[0m\n\n')).toBe(
    'exited with 1: no such model',
  );
  expect(failed('\n')).toBe('exited with 1');
  expect(failed('x'.repeat(300))).toBe(`exited with 1: ${'x'.repeat(199)}…`);
});
