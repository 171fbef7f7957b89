import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSite } from './site.js';

test('the style is there, and every page has it', async (t) => {
  const { read } = await buildSite(t, { 'index.md': '# Home' });
  assert.match(read('index.html'), /<link rel="stylesheet" href="style.css">/);
  assert.match(read('style.css'), /max-width: 40rem[^]*prefers-color-scheme: dark/);
});
