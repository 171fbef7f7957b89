import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openList } from './todo.js';

test('items are found in any case', async (t) => {
  const { todo } = openList(t);
  for (const text of ['Buy milk', 'Call Ada', 'Milk the cow']) await todo('add', text);
  assert.equal((await todo('find', 'MILK')).out, '1  [ ] Buy milk\n3  [ ] Milk the cow\n');
  assert.equal((await todo('find', 'xyz')).code, 1);
  assert.deepEqual(await todo('find'), { code: 2, out: '', err: 'usage: todo find WORD\n' });
});
