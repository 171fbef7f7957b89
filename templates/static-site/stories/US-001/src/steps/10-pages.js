import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { titleOf, toHtml } from '../markdown.js';

/** One page per Markdown file of the content. */
export default function readPages(site) {
  for (const name of readdirSync(site.content).toSorted()) {
    if (!name.endsWith('.md')) continue;
    const markdown = readFileSync(join(site.content, name), 'utf8');
    const path = name.replace(/\.md$/, '.html');
    site.pages.push({ path, title: titleOf(markdown), html: toHtml(markdown) });
  }
}
