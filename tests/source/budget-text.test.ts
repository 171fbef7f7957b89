import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configSchema } from '../../src/domain/config.ts';
import { parseDollars, parseTokens } from '../../src/source/budget-text.ts';

test.each<[string, number | null]>([
  ['1', 1],
  ['1200000', 1_200_000],
  ['500k', 500_000],
  ['5M', 5_000_000],
  ['2.3m', 2_300_000],
  ['1.1K', 1_100],
  ['0', null],
  ['0.0001k', null],
  ['1.5', null],
  ['-5', null],
  ['5 M', null],
  ['5G', null],
  ['1,000', null],
  ['9'.repeat(16), null],
  ['9'.repeat(400), null],
  ['', null],
])('%j tokens', (text, tokens) => {
  expect(parseTokens(text)).toBe(tokens);
});

test.each<[string, number | null]>([
  ['20', 20],
  ['7.50', 7.5],
  ['0', null],
  ['0.00', null],
  ['-1', null],
  ['$20', null],
  ['0x10', null],
  ['1e999', null],
  ['Infinity', null],
  ['', null],
])('%j dollars', (text, dollars) => {
  expect(parseDollars(text)).toBe(dollars);
});

test('what the file may say can be typed, and what is typed may stand in the file', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String)), (text) => {
      const [tokens, costUsd] = [parseTokens(text), parseDollars(text)];
      const given = { ...(tokens !== null && { tokens }), ...(costUsd !== null && { costUsd }) };
      expect(configSchema.safeParse({ budget: given }).success).toBe(true);
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), fc.double(), (tokens, double) => {
      expect(parseTokens(String(tokens))).toBe(tokens);
      if (double > 0 && Number.isFinite(double)) expect(parseDollars(String(double))).toBe(double);
    }),
  );
});
