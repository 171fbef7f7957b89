import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TASKS_FOLDER } from '../domain/task.ts';
import { writePrivate } from './private-files.ts';

/** Writes the PRD of a task and returns its path. `root`: of the repository. Throws `StorageError`. */
export async function writeTask(root: string, id: string, prd: object): Promise<string> {
  const file = join(root, TASKS_FOLDER, id, 'prd.json');
  await writePrivate(file, `${JSON.stringify(prd, null, 2)}\n`);
  return file;
}

/** Forgets a task that has not become a run. */
export async function removeTask(root: string, id: string): Promise<void> {
  await rm(join(root, TASKS_FOLDER, id), { recursive: true, force: true });
}
