import { posix } from 'node:path';
import { Mistake } from '../build.js';

/** Every link leads to a file of the site, or out of it. */
export default function checkLinks(site) {
  for (const [name, text] of site.files) {
    if (!name.endsWith('.html')) continue;
    for (const [, href] of text.matchAll(/href="([^"#]+)/g)) {
      if (/^[a-z]+:/.test(href)) continue;
      const target = posix.join(posix.dirname(name), href);
      if (!site.files.has(target)) throw new Mistake(`${name}: the link ${href} leads nowhere`);
    }
  }
}
