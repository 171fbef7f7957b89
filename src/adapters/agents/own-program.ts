import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A program in dist/ of the package that this code belongs to, whether it runs from a bundled chunk or from the sources. */
export function ownProgram(name: string): string {
  const inDist = (folder: string): string => join(folder, 'dist', name);
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(inDist(folder)) && folder !== dirname(folder)) folder = dirname(folder);
  return inDist(folder);
}
