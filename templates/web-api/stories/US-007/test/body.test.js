import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startService } from './service.js';

test('a body has to be JSON of a reasonable size', async (t) => {
  const { ask } = await startService(t);
  assert.deepEqual(await ask('POST', '/links', '{'), {
    status: 400,
    body: { error: 'the body is not JSON' },
  });
  assert.equal((await ask('POST', '/links', 'x'.repeat(100_000))).status, 413);
  assert.equal((await ask('GET', '/links')).status, 200);
});
