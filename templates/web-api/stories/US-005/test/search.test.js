import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startService } from './service.js';

test('a word is found in urls and tags, in any case', async (t) => {
  const { ask } = await startService(t);
  await ask('POST', '/links', { url: 'https://a.example', tags: ['News'] });
  await ask('POST', '/links', { url: 'https://b.test' });
  for (const word of ['EXAMPLE', 'news']) {
    const { body } = await ask('GET', `/search?q=${word}`);
    assert.deepEqual(
      body.map(({ id }) => id),
      [1],
    );
  }
  assert.equal((await ask('GET', '/search')).status, 422);
});
