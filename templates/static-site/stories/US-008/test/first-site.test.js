import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from '../src/build.js';

test('the site of this repository can be built', async (t) => {
  const target = mkdtempSync(join(tmpdir(), 'pages-'));
  t.after(() => rmSync(target, { recursive: true }));
  const count = await build(fileURLToPath(new URL('../content', import.meta.url)), target);
  assert.ok(count >= 6);
  assert.match(readFileSync(join(target, 'index.html'), 'utf8'), /href="posts\.html"/);
});
