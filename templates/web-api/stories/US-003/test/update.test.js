import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startService } from './service.js';

test('tags are changed, or nothing is', async (t) => {
  const { ask } = await startService(t);
  await ask('POST', '/links', { url: 'https://a.example', tags: ['a'] });
  const changed = { id: 1, url: 'https://a.example', tags: ['b'] };
  assert.deepEqual(await ask('PATCH', '/links/1', { tags: ['b'] }), { status: 200, body: changed });
  assert.equal((await ask('PATCH', '/links/1', { tags: 'c' })).status, 422);
  assert.deepEqual((await ask('GET', '/links/1')).body, changed);
});
