import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/** Where a program of a backend's argv is: on the PATH, or relative to the repository root when it has a slash. */
export async function findExecutable(program: string, root: string): Promise<string | null> {
  if (program.includes('/')) {
    const path = resolve(root, program);
    return (await isExecutable(path)) ? path : null;
  }
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, program);
    if (isAbsolute(path) && (await isExecutable(path))) return path;
  }
  return null;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Not there or not allowed: not usable either way.
    return false;
  }
}
