import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format } from '../src/format.js';

test('only the parts that matter, rounded', () => {
  assert.equal(format(93_784_005, { parts: 2 }), '1d 2h');
  assert.equal(format(93_784_005, { parts: 1 }), '1d');
  assert.equal(format(5_399_000, { parts: 1 }), '1h');
  assert.equal(format(3_599_999, { parts: 1 }), '1h');
});

test('parts is a number of parts', () => {
  for (const parts of [0, -1, 1.5, '2']) assert.throws(() => format(1, { parts }), RangeError);
});
