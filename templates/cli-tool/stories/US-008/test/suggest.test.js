import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openList } from './todo.js';

test('a command that was mistyped is suggested', async (t) => {
  const { todo } = openList(t);
  const said = async (word) => {
    const { code, err } = await todo(word);
    assert.equal(code, 2);
    return err;
  };
  assert.equal(await said('lst'), 'there is no command lst, did you mean list?\n');
  assert.equal(await said('dome'), 'there is no command dome, did you mean done?\n');
  assert.equal(await said('xyzzy'), 'there is no command xyzzy\n');
});
