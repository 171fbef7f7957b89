import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openList } from './todo.js';

test('help has one line per command, and is what there is without one', async (t) => {
  const { todo } = openList(t);
  const help = await todo('help');
  assert.deepEqual(
    help.out.match(/^todo \w+/gm),
    ['add', 'done', 'export', 'find', 'help', 'list', 'remove'].map((name) => `todo ${name}`),
  );
  assert.deepEqual(await todo(), help);
});
