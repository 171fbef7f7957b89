import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../src/parse.js';

test('every unit, with and without spaces and fractions', () => {
  const known = { '1h 30m': 5_400_000, '1h30m': 5_400_000, '1.5s': 1_500, '2d': 172_800_000, '7ms': 7 };
  for (const [text, ms] of Object.entries(known)) assert.equal(parse(text), ms, text);
});

test('a sign', () => {
  assert.equal(parse('-2m'), -120_000);
  assert.equal(parse('0s'), 0);
});
