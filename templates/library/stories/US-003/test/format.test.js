import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format } from '../src/format.js';
import { parse } from '../src/parse.js';

test('parts that are there', () => {
  assert.equal(format(5_400_000), '1h 30m');
  assert.equal(format(1_500), '1s 500ms');
  assert.equal(format(0), '0ms');
  assert.equal(format(-120_000), '-2m');
});

test('there and back', () => {
  for (let n = 0; n < 1000; n++) {
    // Spread over the range, and the same in every run.
    const ms = ((n * 7_919_999_983) % 20_000_000_001) - 10_000_000_000;
    assert.equal(parse(format(ms)), ms);
  }
});
