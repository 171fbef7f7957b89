import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSite } from './site.js';

test('every page links to all pages, the index first', async (t) => {
  const { read } = await buildSite(t, { 'index.md': '# Z', 'b.md': '# B', 'a.md': '# A' });
  const links = [...read('b.html').matchAll(/<a href="([^"]+)"( aria-current="page")?>/g)];
  assert.deepEqual(
    links.map(([, href, current]) => [href, current !== undefined]),
    [
      ['index.html', false],
      ['a.html', false],
      ['b.html', true],
    ],
  );
});
