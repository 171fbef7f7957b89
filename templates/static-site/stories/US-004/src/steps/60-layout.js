import { readFileSync } from 'node:fs';
import { escape } from '../markdown.js';

/** Every page becomes a file, with links to all pages of the first level. */
export default function layOut(site) {
  site.files.set('style.css', readFileSync(new URL('../style.css', import.meta.url), 'utf8'));
  const listed = site.pages.filter(({ path }) => !path.includes('/')).toSorted(byTitle);
  for (const page of site.pages) {
    const up = '../'.repeat(page.path.split('/').length - 1);
    site.files.set(
      page.path,
      `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="${up}style.css">
<title>${escape(page.title)}</title>
<nav>
${listed.map((other) => link(other, up, other === page)).join('\n')}
</nav>
<main>
${page.html}
</main>
</html>
`,
    );
  }
}

const byTitle = (a, b) =>
  Number(b.path === 'index.html') - Number(a.path === 'index.html') || a.title.localeCompare(b.title);

const link = ({ path, title }, up, current) =>
  `<a href="${up}${path}"${current ? ' aria-current="page"' : ''}>${escape(title)}</a>`;
