import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago } from '../src/ago.js';

const now = new Date('2026-01-01T12:00:00Z');
const seen = (ms) => ago(new Date(now.getTime() - ms), now);

test('the past and the future, in the largest unit', () => {
  assert.equal(seen(3 * 3_600_000), '3 hours ago');
  assert.equal(seen(60_000), '1 minute ago');
  assert.equal(seen(59_000), '59 seconds ago');
  assert.equal(seen(-2 * 86_400_000), 'in 2 days');
});

test('nearly now', () => {
  for (const ms of [0, 4_999, -4_999]) assert.equal(seen(ms), 'just now');
});
