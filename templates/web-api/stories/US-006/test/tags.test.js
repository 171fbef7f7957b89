import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startService } from './service.js';

test('tags are counted, the most used first', async (t) => {
  const { ask } = await startService(t);
  await ask('POST', '/links', { url: 'https://a.example', tags: ['b', 'a'] });
  await ask('POST', '/links', { url: 'https://b.example', tags: ['a'] });
  assert.equal(JSON.stringify((await ask('GET', '/tags')).body), '{"a":2,"b":1}');
});
