import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What a file below `.git` says, such as `HEAD` or `refs/heads/main`, without starting git. null: not known this way; the
 * ref may be packed or in another format, or the checkout a linked worktree.
 */
export async function looseRef(root: string, name: string): Promise<string | null> {
  try {
    return (await readFile(join(root, '.git', name), 'utf8')).trim();
  } catch {
    // Not there, or not ours to read: git knows.
    return null;
  }
}
