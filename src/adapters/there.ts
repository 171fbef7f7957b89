import { existsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { openRegular } from './regular-file.ts';

/** A link that leads nowhere is not there. */
export const isThere = (path: string): boolean => existsSync(path);

/** In bytes, of what is read as a whole: far above what anybody writes by hand. */
const LIMIT = 20_000_000;

/** null when there is no such file. Throws for what is no regular file, or larger than any that is meant to be there. */
export async function readIfThere(path: string): Promise<string | null> {
  let file: FileHandle;
  try {
    file = await openRegular(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const { size } = await file.stat();
    if (size > LIMIT) throw Object.assign(new Error(`${path} has ${size} bytes`), { code: 'EFBIG' });
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
