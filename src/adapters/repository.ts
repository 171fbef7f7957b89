import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EPICS, INTEGRATION } from '../domain/branches.ts';
import { fail, ok, type Outcome, type Problem } from '../domain/problem.ts';
import { printable } from '../domain/printable.ts';
import { fields } from './git/history.ts';
import { wantsSignature } from './git/merge.ts';
import { withIndexCopy } from './git/patch.ts';
import { type GitResult, runGit } from './git/run.ts';
import { gitVersion } from './git/version.ts';
import { storing } from './storage-error.ts';

export interface Repository {
  /** Root of the checkout; in a linked worktree that of the worktree. */
  readonly root: string;
  readonly commonDir: string;
  readonly head: string;
  /** null when HEAD is detached. */
  readonly branch: string | null;
  readonly shallow: boolean;
  readonly hasSubmodules: boolean;
}

/** The repository around a folder, or why it cannot be worked with. */
export async function openRepository(cwd: string): Promise<Outcome<Repository>> {
  if (!existsSync(cwd)) return fail({ code: 'no-folder', what: 'this folder does not exist', where: cwd });
  const ask = (...args: string[]): Promise<GitResult> => runGit(cwd, args, { accept: 'any', anywhere: true });
  const [version, place, head, branch] = await Promise.all([
    gitVersion(cwd),
    ask(
      'rev-parse',
      '--path-format=absolute',
      '--is-bare-repository',
      '--is-inside-git-dir',
      '--is-shallow-repository',
      '--git-common-dir',
      '--show-toplevel',
    ),
    ask('rev-parse', '--verify', '--quiet', 'HEAD^{commit}'),
    ask('symbolic-ref', '--quiet', '--short', 'HEAD'),
  ]);
  if (version.problem !== null) return fail(version.problem);
  const [bare, insideGit, shallow, commonDir, root] = place.stdout.split('\n');
  if (bare === 'true') return fail(bareProblem(cwd));
  if (place.exitCode !== 0 || commonDir === undefined || !root)
    return fail(placeProblem(cwd, place, insideGit));
  const name = branch.exitCode === 0 ? branch.stdout.trim() : null;
  if (head.exitCode !== 0) return fail(unbornProblem(root, name));
  return ok({
    root,
    commonDir,
    head: head.stdout.trim(),
    branch: name,
    shallow: shallow === 'true',
    hasSubmodules: existsSync(join(root, '.gitmodules')),
  });
}

/** Why a run cannot make its commits and branches here; null when it can. */
export async function workProblem(root: string): Promise<Problem | null> {
  const [uncommittable, inTheWay] = await Promise.all([commitProblem(root), branchProblem(root)]);
  return uncommittable ?? inTheWay;
}

/** git keeps branches like files: beside `teams` there can be no `teams/<run-id>`. */
async function branchProblem(root: string): Promise<Problem | null> {
  const ours = [INTEGRATION, EPICS];
  const refs = ours.map((name) => `refs/heads/${name}`);
  const { stdout } = await runGit(root, ['show-ref', ...refs], { accept: [0, 1] });
  const branch = ours.find((name) => new RegExp(`^\\S+ refs/heads/${name}$`, 'm').test(stdout));
  if (branch === undefined) return null;
  return {
    code: 'branch-in-the-way',
    what: `there is a branch ${branch}, and beside it git can make no ${branch}/<run-id>`,
    where: root,
    why: 'every run keeps its work on branches of such names',
    fix: `git branch -m ${branch} my-${branch}`,
  };
}

/** Nobody to sign a commit, or nobody to be its author. */
async function commitProblem(root: string): Promise<Problem | null> {
  const signs = await wantsSignature({ root, run: runGit });
  const args = ['commit-tree', ...(signs ? ['-S'] : []), '-m', 'teams: can a commit be made?', 'HEAD^{tree}'];
  const result = await runGit(root, args, { accept: 'any' });
  if (result.exitCode === 0) return null;
  const why = printable(result.stderr, { multiline: true }).trim();
  if (signs && !/ident|who you are/i.test(result.stderr)) {
    return {
      code: 'cannot-sign',
      what: 'commit.gpgsign is set, but a commit cannot be signed without a question',
      where: root,
      why,
      fix: 'unlock the key first (git commit-tree -S -m test HEAD^{tree}), or: git config commit.gpgsign false',
    };
  }
  return {
    code: 'cannot-commit',
    what: 'git cannot make a commit here',
    where: root,
    // Before it stands a page of advice.
    why: /^fatal: .*/m.exec(why)?.[0] ?? why,
    fix: 'git config user.name "Your Name" && git config user.email you@example.com',
  };
}

/** Keeps `.teams` out of what git shows, without touching a file of the project. Throws `StorageError`. */
export async function excludeTeamsFolder({ commonDir }: Pick<Repository, 'commonDir'>): Promise<void> {
  const path = join(commonDir, 'info', 'exclude');
  await storing(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    if (content.split(/\r?\n/).includes(EXCLUDED)) return;
    const separator = content === '' || content.endsWith('\n') ? '' : '\n';
    await appendFile(path, `${separator}${EXCLUDED}\n`);
  });
}

const EXCLUDED = '/.teams/';

/**
 * A commit on top of HEAD with what is changed in tracked files, staged or not; null when nothing is. Checkout, index
 * and branches stay as they are. Untracked files are never taken.
 */
export async function snapshotTracked(root: string): Promise<string | null> {
  return withIndexCopy({ run: runGit }, root, async (env) => {
    // A file that a sparse checkout leaves out may be there all the same.
    await runGit(root, ['add', '--update', '--sparse', '.'], { env });
    const tree = (await runGit(root, ['write-tree'], { env })).stdout.trim();
    const head = (await runGit(root, ['rev-parse', 'HEAD^{tree}', 'HEAD'])).stdout.split('\n');
    if (tree === head[0]) return null;
    const signs = (await wantsSignature({ root, run: runGit })) ? ['-S'] : [];
    const message = 'Uncommitted changes of tracked files\n\nTaken by teams run --include-dirty.';
    const args = ['commit-tree', ...signs, '-p', head[1] ?? 'HEAD', '-m', message, tree];
    return (await runGit(root, args)).stdout.trim();
  });
}

/** Whether the checkout has only some of the tracked files. New worktrees are like it. */
export async function isSparse(root: string): Promise<boolean> {
  const args = ['config', '--type=bool', '--get', 'core.sparseCheckout'];
  return (await runGit(root, args, { accept: [0, 1] })).stdout.trim() === 'true';
}

/** Files of the checkout with a conflict that is not resolved. */
export async function unresolvedIn(root: string): Promise<readonly string[]> {
  const { stdout } = await runGit(root, ['diff', '--name-only', '--diff-filter=U', '-z']);
  return fields(stdout);
}

const bareProblem = (cwd: string): Problem => ({
  code: 'bare-repository',
  what: 'this is a bare repository, it has no checkout',
  where: cwd,
  fix: 'git clone it, or git worktree add ../checkout, and run teams there',
});

function placeProblem(cwd: string, place: GitResult, insideGit: string | undefined): Problem {
  if (place.stderr.includes('dubious ownership')) {
    const command = /git config --global --add safe\.directory .*/.exec(place.stderr)?.[0];
    return {
      code: 'not-trusted',
      what: 'the repository belongs to another user, git refuses to work with it',
      where: cwd,
      ...(command === undefined ? {} : { fix: printable(command) }),
    };
  }
  if (insideGit === 'true') {
    return {
      code: 'not-a-checkout',
      what: 'this is the inside of a .git folder',
      where: cwd,
      fix: 'go to the checkout',
    };
  }
  return {
    code: 'not-a-repository',
    what: 'this is not inside a git repository with a checkout',
    where: cwd,
    why: printable(place.stderr),
    fix: 'go to your project, or make it a repository: git init && git add -A && git commit',
  };
}

const unbornProblem = (root: string, branch: string | null): Problem => ({
  code: 'unborn-branch',
  what: `${branch === null ? 'HEAD' : `branch ${printable(branch)}`} has no commit yet`,
  where: root,
  why: 'worktrees start from a commit',
  fix: 'git add -A && git commit -m "First commit"   (or, with nothing in it: git commit --allow-empty -m "First commit")',
});
