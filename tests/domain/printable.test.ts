import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from '../../src/domain/printable.ts';

const lines = (text: string): string => printable(text, { multiline: true });

test('escape sequences go as a whole', () => {
  expect(
    lines('a\u001b[1;31mred\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u001b\\ \u009d2;t\u009cb'),
  ).toBe('ared link b');
  expect(lines('a\u001bPq#0\u001b\\b\u001b_G1\u001b\\c\u001b^x\u009cd\u001bXy\u001b\\e\u0090z\u009cf')).toBe(
    'abcdef',
  );
});

test('one that is not ended takes the rest of its line, never the lines after it', () => {
  expect(lines('FAIL a\n\u001b]junk\nExpected 1 got 2\nFAIL b')).toBe('FAIL a\n\nExpected 1 got 2\nFAIL b');
  expect(lines('a\u001bPjunk\r\nb\u009fjunk\rc')).toBe('a\nb\nc');
  expect(printable('a\u001b]junk\nb')).toBe('a b');
});

test('no control character is left, and no line is lost', () => {
  const hostile = fc.string({
    unit: fc.constantFrom(
      '\u001b',
      '[',
      ']',
      'P',
      '_',
      '\\',
      '\u0007',
      '\u0090',
      '\u009b',
      '\u009c',
      '\u009d',
      '1',
      'm',
      '\r',
      '\n',
      '\t',
      '\u202e',
      '\u061c',
      '\u2028',
      'é',
    ),
  });
  fc.assert(
    fc.property(hostile, (text) => {
      const shown = lines(text);
      expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u061c\u2028]/);
      expect(shown.split('\n')).toHaveLength(text.split(/\r\n?|[\n\u2028]/).length);
      expect(printable(shown, { multiline: true })).toBe(shown);
    }),
  );
});
