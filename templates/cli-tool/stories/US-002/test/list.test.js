import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { openList } from './todo.js';

test('the list has one line per item', async (t) => {
  const { todo } = openList(t);
  assert.deepEqual(await todo('list'), { code: 0, out: 'nothing to do\n', err: '' });
  await todo('add', 'Buy milk');
  await todo('add', 'Call Ada');
  assert.equal((await todo('list')).out, '1  [ ] Buy milk\n2  [ ] Call Ada\n');
});

test('a broken file is named, and kept', async (t) => {
  const { file, todo } = openList(t);
  writeFileSync(file, '[');
  for (const words of [['list'], ['add', 'x']]) {
    assert.deepEqual(await todo(...words), { code: 1, out: '', err: `${file} is not JSON\n` });
  }
});
