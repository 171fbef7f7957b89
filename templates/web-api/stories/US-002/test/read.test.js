import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startService } from './service.js';

test('links are read, all or one', async (t) => {
  const { ask } = await startService(t);
  await ask('POST', '/links', { url: 'https://a.example' });
  await ask('POST', '/links', { url: 'https://b.example' });
  const all = await ask('GET', '/links');
  assert.deepEqual(
    all.body.map(({ url }) => url),
    ['https://a.example', 'https://b.example'],
  );
  assert.deepEqual((await ask('GET', '/links/2')).body, all.body[1]);
  assert.deepEqual(await ask('GET', '/links/9'), { status: 404, body: { error: 'there is no link 9' } });
});

test('what does not exist', async (t) => {
  const { ask } = await startService(t);
  assert.equal((await ask('GET', '/nowhere')).status, 404);
  assert.equal((await ask('PUT', '/links')).status, 405);
});
