import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openList } from './todo.js';

test('an item is ticked off', async (t) => {
  const { todo } = openList(t);
  await todo('add', 'Buy milk');
  assert.deepEqual(await todo('done', '1'), { code: 0, out: '1  [x] Buy milk\n', err: '' });
  assert.equal((await todo('list')).out, '1  [x] Buy milk\n');
});

test('only an item can be ticked off', async (t) => {
  const { todo } = openList(t);
  assert.deepEqual(await todo('done', '9'), { code: 1, out: '', err: 'there is no item 9\n' });
  assert.deepEqual(await todo('done', 'x'), { code: 2, out: '', err: 'usage: todo done NUMBER\n' });
});
