import { escape } from '../markdown.js';

/** Every page becomes a file. */
export default function layOut(site) {
  for (const { path, title, html } of site.pages) {
    site.files.set(
      path,
      `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escape(title)}</title>
${html}
</html>
`,
    );
  }
}
