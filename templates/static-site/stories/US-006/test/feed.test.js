import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSite } from './site.js';

test('the feed has an entry per post', async (t) => {
  const { read } = await buildSite(t, {
    'posts/2026-01-02-snow.md': '# Snow & ice',
    'posts/2026-03-04-sun.md': '# Sun',
  });
  const feed = read('feed.xml');
  assert.equal(feed.match(/<entry>/g).length, 2);
  assert.match(feed, /<title>Snow &amp; ice<\/title>\n {4}<link href="posts\/snow.html"\/>/);
  assert.match(feed, /<updated>2026-01-02T00:00:00Z<\/updated>/);
});
