import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** A link that leads nowhere is not there. */
export const isThere = (path: string): boolean => existsSync(path);

/** null when there is no such file. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
