import { createHash, randomBytes } from 'node:crypto';
import { link, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fail, ok, type Outcome, type Problem } from '../domain/problem.ts';
import { printable } from '../domain/printable.ts';
import { shellPath } from '../domain/shell-word.ts';
import { isAlive, type LockHolder, parseHolder } from './lock-holder.ts';
import { startTimeOf } from './process-table.ts';
import { StorageError } from './storage-error.ts';
import { readIfThere } from './there.ts';

export interface Lock {
  /** Removes the lock if it is still ours. */
  release(): Promise<void>;
}

/** Each lost round means that another process made progress; with a pause of 5 ms it is over long before. */
const ROUNDS = 200;

/**
 * Takes the lock of a repository. A lock whose process is gone is taken over; of several that try, exactly one gets
 * it. Problems: `lock-held` when a live process has it, `storage` when the file cannot be written.
 */
export async function takeLock(path: string, { runId }: { readonly runId: string }): Promise<Outcome<Lock>> {
  const nonce = randomBytes(8).toString('hex');
  const content = JSON.stringify({
    pid: process.pid,
    startTime: (await startTimeOf(process.pid)) ?? '',
    host: hostname(),
    runId,
    since: new Date().toISOString(),
    nonce,
  });
  // Written aside and linked into place: nobody ever reads half a lock.
  const own = `${path}.${nonce}.tmp`;
  try {
    await writeFile(own, content, { flag: 'wx', mode: 0o600 });
    return await compete(path, own, content);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return fail(new StorageError(path, error).problem);
    throw error;
  } finally {
    await rm(own, { force: true }).catch(() => undefined); // Litter at worst; the outcome matters more.
  }
}

async function compete(path: string, own: string, content: string): Promise<Outcome<Lock>> {
  const lock: Lock = {
    async release() {
      if ((await readIfThere(path)) === content) await rm(path, { force: true });
    },
  };
  let rival: LockHolder | null = null;
  for (let round = 0; round < ROUNDS; round++) {
    if (await linked(own, path)) return ok(lock);
    const result = await takeOver(path, own);
    if (result.type === 'taken') return ok(lock);
    if (result.type === 'held') return fail(heldBy(path, result.by));
    if (result.by !== null) rival = result.by;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return fail(heldBy(path, rival));
}

type Attempt =
  | { readonly type: 'taken' }
  | { readonly type: 'held'; readonly by: LockHolder }
  /** Somebody else is at it, or was faster. */
  | { readonly type: 'again'; readonly by: LockHolder | null };

/**
 * Takes over the lock of a dead process. Who may replace a dead lock is settled by a claim, a file named for the very
 * content of that lock, which only one can make. A claim of a dead process is taken over in the same way. With the
 * claim in hand it is checked that the lock is still that one: from then on nobody but the claimant can change it.
 */
async function takeOver(path: string, own: string): Promise<Attempt> {
  const dead: { file: string; content: string }[] = [];
  for (let file = path; ;) {
    const content = await readIfThere(file);
    if (content === null) return { type: 'again', by: null };
    const holder = parseHolder(content);
    if (holder !== null && (await isAlive(holder))) {
      return file === path ? { type: 'held', by: holder } : { type: 'again', by: holder };
    }
    dead.push({ file, content });
    file = `${path}.claim-${createHash('sha256').update(content).digest('hex').slice(0, 24)}`;
    if (await linked(own, file)) return replace(path, own, dead, file);
  }
}

async function replace(
  path: string,
  own: string,
  dead: readonly { readonly file: string; readonly content: string }[],
  claim: string,
): Promise<Attempt> {
  for (const { file, content } of dead) {
    if ((await readIfThere(file)) === content) continue;
    await rm(claim, { force: true });
    return { type: 'again', by: null };
  }
  await rename(own, path);
  // All claims are on locks that are no more: whoever makes another sees that in the check above.
  const folder = dirname(path);
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${basename(path)}.claim-`)) await rm(join(folder, name), { force: true });
  }
  return { type: 'taken' };
}

/** A hard link is made whole or not at all, and never over an existing file. */
async function linked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function heldBy(path: string, holder: LockHolder | null): Problem {
  const where = printable(path);
  if (holder === null) {
    return { code: 'lock-held', what: 'other processes are competing for the lock', where, fix: 'try again' };
  }
  const { pid, since, runId, host } = holder;
  const elsewhere = host === hostname() ? '' : ` on ${printable(host)}`;
  return {
    code: 'lock-held',
    what: `another run holds the lock: ${printable(runId)}, process ${pid}${elsewhere}, since ${printable(since)}`,
    where,
    why: 'two runs in one repository would merge over each other',
    fix:
      elsewhere === ''
        ? `wait for it, or stop it: kill -INT ${pid}`
        : `if it has ended there: rm ${shellPath(path)}`,
  };
}
