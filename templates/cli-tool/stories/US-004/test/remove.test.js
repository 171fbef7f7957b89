import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openList } from './todo.js';

test('an item is removed, and the others keep their numbers', async (t) => {
  const { todo } = openList(t);
  await todo('add', 'Buy milk');
  await todo('add', 'Call Ada');
  assert.deepEqual(await todo('remove', '1'), { code: 0, out: 'removed: Buy milk\n', err: '' });
  assert.equal((await todo('list')).out, '2  [ ] Call Ada\n');
  assert.deepEqual(await todo('remove', '9'), { code: 1, out: '', err: 'there is no item 9\n' });
});
