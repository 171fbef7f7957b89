import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../src/parse.js';

test('nonsense is an error that quotes it', () => {
  for (const text of ['', 'soon', '1h x', '1', '--1h', '1m 1h', '1h 1h']) {
    assert.throws(
      () => parse(text),
      (error) => error instanceof RangeError && error.message.includes(`"${text}"`),
    );
  }
  assert.throws(() => parse(5), TypeError);
});
