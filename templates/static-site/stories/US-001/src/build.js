import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the author can mend. */
export class Mistake extends Error {}

/** Every step changes the site, in the order of their names. Returns how many files were written. */
export async function build(content, target) {
  const site = { content, pages: [], files: new Map() };
  const folder = new URL('./steps/', import.meta.url);
  for (const name of readdirSync(folder).toSorted()) {
    const step = await import(new URL(name, folder));
    step.default(site);
  }
  rmSync(target, { recursive: true, force: true });
  for (const [name, text] of site.files) {
    const path = join(target, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return site.files.size;
}
