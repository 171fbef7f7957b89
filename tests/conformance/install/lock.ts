import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 300;

/** Runs `work` while no other process does; a lock whose owner is gone is taken over. Throws when `limitMs` is over. */
export async function withLock<T>(folder: string, limitMs: number, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + limitMs;
  while (!(await take(folder))) {
    if (Date.now() > deadline) throw new Error(`${folder} is held by another process`);
    if (await abandoned(folder)) await rm(folder, { recursive: true, force: true });
    else await pause(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function take(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(folder, 'pid'), String(process.pid));
  return true;
}

async function abandoned(folder: string): Promise<boolean> {
  let pid: number;
  try {
    pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
  } catch {
    // Between the two steps of taking it, or of giving it back: looked at again.
    return false;
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
