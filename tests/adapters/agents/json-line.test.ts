import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  amountOf,
  countOf,
  itemsOf,
  jsonLine,
  recordOf,
  textsOf,
} from '../../../src/adapters/agents/json-line.ts';

it('reads an object and nothing else, and no part of one', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(), (value, cut) => {
      const line = JSON.stringify(value);
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      expect(jsonLine(line)).toEqual(isObject ? JSON.parse(line) : null);
      if (isObject) expect(jsonLine(line.slice(0, cut % line.length))).toBeNull();
    }),
  );
});

it('finds in a value what it is asked for, whatever the value is', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(Array.isArray(recordOf(value))).toBe(false);
      for (const item of itemsOf(value)) expect(item).toBeTypeOf('object');
      for (const text of textsOf(value)) expect(text).toBeTypeOf('string');
      for (const number of [amountOf(value), countOf(value)]) expect(number ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
  expect([0, 1.5, -1, NaN, Infinity, '1', 2 ** 53].map(amountOf)).toEqual([
    0,
    1.5,
    null,
    null,
    null,
    null,
    2 ** 53,
  ]);
  expect([0, 1.5, -1, NaN, Infinity, '1', 2 ** 53].map(countOf)).toEqual([
    0,
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});
