import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSite } from './site.js';

test('posts are listed, the newest first', async (t) => {
  const { read } = await buildSite(t, {
    'posts/2026-01-02-snow.md': '# Snow',
    'posts/2026-03-04-sun.md': '# Sun',
  });
  assert.match(read('posts/snow.html'), /<h1>Snow<\/h1>/);
  assert.match(read('posts.html'), /2026-03-04 <a href="posts\/sun.html">Sun<\/a>[^]*2026-01-02/);
});

test('a post without a date is named', async (t) => {
  await assert.rejects(buildSite(t, { 'posts/snow.md': '# Snow' }), /posts\/snow\.md: the name has to begin/);
});
