import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from '../src/build.js';

/** Builds a site of its own for one test; `read` gives a file of it. */
export async function buildSite(t, content) {
  const folder = mkdtempSync(join(tmpdir(), 'pages-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(content)) {
    const path = join(folder, 'content', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const count = await build(join(folder, 'content'), join(folder, 'site'));
  return { count, read: (name) => readFileSync(join(folder, 'site', name), 'utf8') };
}
