import assert from 'node:assert/strict';
import { test } from 'node:test';

test('the package has these functions', async () => {
  assert.deepEqual(Object.keys(await import('span')), ['ago', 'format', 'parse']);
});
