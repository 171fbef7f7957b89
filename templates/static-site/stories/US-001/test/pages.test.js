import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSite } from './site.js';

test('every Markdown file becomes a page with its title', async (t) => {
  const { count, read } = await buildSite(t, { 'index.md': '# Home\n\nHi.', 'about.md': '# A & B' });
  assert.ok(count >= 2);
  assert.match(read('index.html'), /<title>Home<\/title>[^]*<h1>Home<\/h1>\n<p>Hi\.<\/p>/);
  assert.match(read('about.html'), /<title>A &amp; B<\/title>/);
});
