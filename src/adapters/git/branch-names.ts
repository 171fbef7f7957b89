import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Loose and packed ones, without starting git. `git`: the folder of a repository that is called so. */
export async function branchNames(git: string): Promise<readonly string[]> {
  const heads = join(git, 'refs', 'heads');
  const loose = await readdir(heads, { recursive: true, withFileTypes: true }).catch(() => []);
  const packed = await readFile(join(git, 'packed-refs'), 'utf8').catch(() => '');
  const names = [
    ...loose
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(heads.length + 1)),
    ...[...packed.matchAll(/^[0-9a-f]{40,64} refs\/heads\/(.+)$/gm)].map(([, name = '']) => name),
  ];
  return [...new Set(names)];
}
