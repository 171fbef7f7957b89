import { escape } from '../markdown.js';

/** An Atom feed of the posts. */
export default function writeFeed(site) {
  if (site.posts.length === 0) return;
  const entries = site.posts.map(
    ({ date, title, path }) => `  <entry>
    <title>${escape(title)}</title>
    <link href="${path}"/>
    <id>${path}</id>
    <updated>${date}T00:00:00Z</updated>
  </entry>`,
  );
  site.files.set(
    'feed.xml',
    `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title>Posts</title>
  <id>posts.html</id>
  <updated>${site.posts[0].date}T00:00:00Z</updated>
${entries.join('\n')}
</feed>
`,
  );
}
