import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package that this code is part of, whether it runs from dist/ or from src/. */
export function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) throw new Error('the package has no package.json');
  }
}

/** A program in dist/; it is only there once it was built. */
export const ownProgram = (name: string): string => join(packageRoot(), 'dist', name);
