import { chmod, lstat, readdir, rm, rmdir, unlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Git, WorktreeFacts } from '../../engine/ports.ts';
import { fields } from './history.ts';
import { movedWorktrees } from './moved.ts';
import { keepNested } from './nested.ts';
import type { Repo } from './open.ts';
import { savePatch } from './patch.ts';
import { GitError, NOT_STARTED } from './run.ts';

type Worktrees = Pick<
  Git,
  | 'addWorktree'
  | 'addDetachedWorktree'
  | 'removeWorktree'
  | 'worktreesBelow'
  | 'worktreeFacts'
  | 'checkoutFacts'
  | 'savePatch'
  | 'keepNested'
>;

const BRANCH_EXISTS = /a branch named '.*' already exists/s;
const STALE_ENTRY = /is a missing but (?:already registered|locked) worktree/;
const NOT_A_WORKTREE = /is not a working tree/;

export function worktrees(repo: Repo): Worktrees {
  const { root, run, serial } = repo;

  async function add(args: readonly string[], path: string): Promise<void> {
    const command = ['worktree', 'add', ...args];
    const result = await run(root, command, { accept: 'any' });
    if (result.exitCode === 0) return;
    if (!STALE_ENTRY.test(result.stderr)) throw new GitError(command, root, result);
    // Its folder vanished without git knowing.
    await forget(path);
    await run(root, command);
  }

  async function forget(path: string): Promise<void> {
    const args = ['worktree', 'remove', '--force', '--force', path];
    const result = await run(root, args, { accept: 'any' });
    if (result.exitCode !== 0 && !NOT_A_WORKTREE.test(result.stderr)) throw new GitError(args, root, result);
  }

  const list = async (): Promise<readonly string[]> => {
    const { stdout } = await run(root, ['worktree', 'list', '--porcelain', '-z']);
    return fields(stdout)
      .filter((field) => field.startsWith('worktree '))
      .map((field) => field.slice('worktree '.length));
  };

  const facts = async (path: string): Promise<WorktreeFacts> => {
    const args = ['status', '--porcelain=v2', '--branch', '-z', '--no-renames', '--no-ahead-behind'];
    const all = [...args, '--untracked-files=normal', '--ignore-submodules=none'];
    return parseStatus((await run(path, all)).stdout);
  };

  return {
    addWorktree: (path, branch, start) =>
      serial(async () => {
        try {
          await add(['--no-track', '-b', branch, path, start], path);
        } catch (error) {
          if (!(error instanceof GitError) || !BRANCH_EXISTS.test(error.stderr)) throw error;
          await add([path, branch], path);
        }
      }),
    addDetachedWorktree: (path, commit) => serial(() => add(['--detach', path, commit], path)),
    removeWorktree: (path) =>
      serial(async () => {
        refuseAncestorOf(root, path);
        const kind = await lstat(path).catch(() => null);
        // An agent may have put a link in the place of its worktree: what it points to is not ours.
        if (kind !== null && !kind.isDirectory()) await unlink(path);
        const args = ['worktree', 'remove', '--force', '--force', path];
        const result = await run(root, args, { accept: 'any' });
        const unknown = NOT_A_WORKTREE.test(result.stderr);
        if (result.exitCode !== 0 && !(kind === null && unknown)) {
          // Half deleted, read-only, or none of git's: the folder goes first, then git's memory of it.
          await removeFolder(path);
          if (!unknown) await forget(path);
        }
        // The last one takes the folder of its run along. Git makes it again when it is needed.
        await rmdir(dirname(path)).catch((error: NodeJS.ErrnoException) => {
          if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(error.code ?? '')) throw error;
        });
      }),
    worktreesBelow: (folder) =>
      serial(async () => {
        const known = await list();
        const moved = folder === '' ? [] : await movedWorktrees(root, folder, known);
        if (moved.length > 0) await run(root, ['worktree', 'repair', ...moved], { accept: 'any' });
        const paths = moved.length > 0 ? await list() : known;
        return paths.filter((path) => path.startsWith(folder + sep));
      }),
    worktreeFacts: (path) => ifUsable(() => facts(path), null),
    checkoutFacts: () => facts(root),
    savePatch: (worktree, patchFile) => ifUsable(() => savePatch(repo, worktree, patchFile), false),
    keepNested: (worktree, folder) => ifUsable(() => keepNested(repo, worktree, folder), []),
  };
}

/** Unusable: the folder is gone, has lost its link to the repository, or git cannot make sense of its index or its HEAD. */
async function ifUsable<T, E>(use: () => Promise<T>, otherwise: E): Promise<T | E> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof GitError && [NOT_STARTED, 128].includes(error.exitCode)) return otherwise;
    throw error;
  }
}

function parseStatus(text: string): WorktreeFacts {
  let head: string | null = null;
  let branch: string | null = null;
  const dirty: string[] = [];
  for (const field of fields(text)) {
    if (field.startsWith('# branch.oid ')) head = field.slice('# branch.oid '.length);
    else if (field.startsWith('# branch.head ')) branch = field.slice('# branch.head '.length);
    else if (field.startsWith('? ')) dirty.push(field.slice(2));
    else if (field.startsWith('1 ')) dirty.push(afterSpaces(field, 8));
    else if (field.startsWith('u ')) dirty.push(afterSpaces(field, 10));
  }
  return { head: head === '(initial)' ? null : head, branch: branch === '(detached)' ? null : branch, dirty };
}

/** The path of a status line: what follows the n-th space. It may hold spaces itself. */
function afterSpaces(line: string, n: number): string {
  let at = 0;
  for (let i = 0; i < n; i++) at = line.indexOf(' ', at) + 1;
  return line.slice(at);
}

function refuseAncestorOf(root: string, path: string): void {
  const fromPath = relative(path, root);
  const holdsRoot = fromPath === '' || (fromPath !== '..' && !fromPath.startsWith(`..${sep}`));
  if (holdsRoot) throw new Error(`refusing to remove ${path}: it holds the checkout`);
}

async function removeFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    // Package managers leave read-only folders behind.
    await makeWritable(path);
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
  }
}
