import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { openList } from './todo.js';

test('the list becomes Markdown', async (t) => {
  const { file, todo } = openList(t);
  assert.deepEqual(await todo('export'), { code: 0, out: '', err: '' });
  writeFileSync(
    file,
    JSON.stringify([
      { number: 1, text: 'Buy milk', done: true },
      { number: 2, text: 'Call Ada', done: false },
    ]),
  );
  assert.equal((await todo('export')).out, '- [x] Buy milk\n- [ ] Call Ada\n');
});
