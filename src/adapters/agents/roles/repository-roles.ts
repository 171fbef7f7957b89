import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

const FOLDERS = ['.claude/agents', '.codex/agents', '.opencode/agents', '.opencode/agent', '.github/agents'];

/** Files that may define roles in a checkout, relative to it, with forward slashes; for `overridesIn`. */
export async function roleFilesIn(root: string): Promise<readonly string[]> {
  const found = await Promise.all(FOLDERS.map((folder) => filesBelow(join(root, folder))));
  return found.flat().map((path) => relative(root, path).split(sep).join('/'));
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
