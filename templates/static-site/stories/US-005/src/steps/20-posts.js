import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Mistake } from '../build.js';
import { titleOf, toHtml } from '../markdown.js';

const NAME = /^(\d{4}-\d{2}-\d{2})-(.+)\.md$/;

/** A page per post, and one that lists them. */
export default function readPosts(site) {
  const folder = join(site.content, 'posts');
  site.posts = existsSync(folder) ? readdirSync(folder).toSorted().toReversed().map(read) : [];
  if (site.posts.length === 0) return;
  const items = site.posts.map(({ date, title, path }) => `- ${date} [${title}](${path})`);
  site.pages.push(...site.posts, {
    path: 'posts.html',
    title: 'Posts',
    html: toHtml(`# Posts\n\n${items.join('\n')}`),
  });

  function read(name) {
    const [, date, slug] = NAME.exec(name) ?? [];
    if (date === undefined) {
      throw new Mistake(`${join(folder, name)}: the name has to begin with a date, as in 2026-01-02-snow.md`);
    }
    const markdown = readFileSync(join(folder, name), 'utf8');
    return { date, path: `posts/${slug}.html`, title: titleOf(markdown), html: toHtml(markdown) };
  }
}
