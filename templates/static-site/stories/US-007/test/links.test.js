import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSite } from './site.js';

test('a dead link is refused, with its page', async (t) => {
  const dead = { 'index.md': '# Home\n\n[there](nowhere.html)' };
  await assert.rejects(buildSite(t, dead), /^Error: index\.html: the link nowhere\.html leads nowhere$/);
});

test('other links are fine', async (t) => {
  await buildSite(t, {
    'index.md': '# Home\n\n[out](https://example.com) [about](about.html)',
    'about.md': '# About',
    'posts/2026-01-02-snow.md': '# Snow\n\n[home](../index.html)',
  });
});
