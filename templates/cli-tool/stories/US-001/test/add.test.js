import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openList } from './todo.js';

test('an item is added, numbered and kept', async (t) => {
  const { file, todo } = openList(t);
  assert.deepEqual(await todo('add', 'Buy', 'milk'), { code: 0, out: '1  Buy milk\n', err: '' });
  assert.equal((await todo('add', 'Call Ada')).out, '2  Call Ada\n');
  assert.deepEqual(
    JSON.parse(readFileSync(file, 'utf8')).map((item) => item.text),
    ['Buy milk', 'Call Ada'],
  );
});

test('nothing is no item', async (t) => {
  const { file, todo } = openList(t);
  assert.deepEqual(await todo('add'), { code: 2, out: '', err: 'usage: todo add TEXT\n' });
  assert.equal(existsSync(file), false);
});

test('bin/todo.js is the program', (t) => {
  const { file } = openList(t);
  const bin = fileURLToPath(new URL('../bin/todo.js', import.meta.url));
  const env = { ...process.env, TODO_FILE: file };
  assert.equal(
    execFileSync(process.execPath, [bin, 'add', 'Buy milk'], { env, encoding: 'utf8' }),
    '1  Buy milk\n',
  );
});
