import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startService } from './service.js';

test('a link is deleted once', async (t) => {
  const { ask } = await startService(t);
  await ask('POST', '/links', { url: 'https://a.example' });
  assert.deepEqual(await ask('DELETE', '/links/1'), { status: 204, body: null });
  assert.equal((await ask('GET', '/links/1')).status, 404);
  assert.equal((await ask('DELETE', '/links/1')).status, 404);
});
