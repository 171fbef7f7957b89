import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { startService } from './service.js';

test('every route is listed', async (t) => {
  const { ask } = await startService(t);
  const { body } = await ask('GET', '/');
  assert.equal(body.length, readdirSync(new URL('../src/routes', import.meta.url)).length);
  assert.ok(body.some(({ method, path }) => method === 'POST' && path === '/links'));
});
