import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startService } from './service.js';

test('a link is saved', async (t) => {
  const { ask } = await startService(t);
  assert.deepEqual(await ask('POST', '/links', { url: 'https://a.example', tags: ['a'] }), {
    status: 201,
    body: { id: 1, url: 'https://a.example', tags: ['a'] },
  });
});

test('only web addresses are links', async (t) => {
  const { ask } = await startService(t);
  for (const url of ['ftp://a.example', 'nonsense', 5, undefined]) {
    assert.deepEqual(await ask('POST', '/links', { url }), {
      status: 422,
      body: { error: 'url has to be an http or https address' },
    });
  }
});

test('links are there after a restart', async (t) => {
  const { ask, start } = await startService(t);
  await ask('POST', '/links', { url: 'https://a.example' });
  const again = await start();
  assert.equal((await again('POST', '/links', { url: 'https://b.example' })).body.id, 2);
});
