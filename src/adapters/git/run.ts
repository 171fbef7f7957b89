import { dirname, resolve as resolvePath } from 'node:path';
import pLimit from 'p-limit';
import { GitConstructError, GitError as SimpleGitError, simpleGit } from 'simple-git';
import type { Problem } from '../../domain/problem.ts';
import { shellPath } from '../../domain/shell-word.ts';
import { GO_ON } from '../storage-error.ts';
import { ALLOWED_VARIABLES, gitEnvironment } from './environment.ts';

/** A git command that failed in a way its caller does not expect. */
export class GitError extends SimpleGitError {
  readonly args: readonly string[];
  readonly exitCode: number;
  readonly stderr: string;
  /** For a person: most often the disk, or the repository, is not as it was a moment ago. */
  readonly problem: Problem;

  constructor(args: readonly string[], cwd: string, result: GitResult) {
    const said = result.stderr.trim() || result.stdout.trim() || 'it said nothing';
    super(undefined, `git ${args.join(' ')} (in ${cwd}) ended with exit code ${result.exitCode}: ${said}`);
    this.name = 'GitError';
    this.args = args;
    this.exitCode = result.exitCode;
    this.stderr = result.stderr;
    this.problem = {
      code: 'git-failed',
      what: `git ${args.join(' ')} ended with exit code ${result.exitCode}`,
      where: cwd,
      why: said,
      fix: `${fixOf(said, cwd)}, then: ${GO_ON}`,
    };
  }
}

/** What a git that was killed, or a power cut, left behind: waiting for it does not help. */
const LEFT_BEHIND =
  /unable to create '(?<lock>[^'\n]*\.lock)': File exists|failed to read (?<half>[^\n]*\/worktrees\/[^/\n]+)\/commondir/i;

function fixOf(said: string, cwd: string): string {
  const { lock, half } = LEFT_BEHIND.exec(said)?.groups ?? {};
  if (lock !== undefined)
    return `rm ${shellPath(resolvePath(cwd, lock))}   (if no git is at work here any more)`;
  if (half !== undefined)
    return `rm -r ${shellPath(resolvePath(cwd, half))}   (a worktree that was made by halves)`;
  // git does not say why it could not write a file of a checkout.
  if (/No space left on device|Disk quota exceeded|unable to write file/.test(said))
    return 'free some disk space';
  if (/Read-only file system|Permission denied/.test(said)) return 'make the repository writable';
  return 'mend what git complains about';
}

export interface GitResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface GitOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** `cwd` may be any folder of a checkout; otherwise it has to be its root. */
  readonly anywhere?: boolean;
  /** Exit codes that are answers; any other is thrown as `GitError`. Default: 0. */
  readonly accept?: readonly number[] | 'any';
}

export type RunGit = (cwd: string, args: readonly string[], options?: GitOptions) => Promise<GitResult>;

/** What every command of ours is told, whatever a person configured. */
const CONFIG = [
  'core.hooksPath=/dev/null',
  'color.ui=never',
  'advice.addEmbeddedRepo=false',
  'gc.autoDetach=false',
  // Would start a process for every worktree that outlives it.
  'core.fsmonitor=false',
  // Trailers are how merges are found again, and patches are for `git apply`.
  'grep.patternType=basic',
  'trailer.separators=:',
  'diff.noprefix=false',
  'diff.mnemonicPrefix=false',
  // The commits of agents are not signed by anybody.
  'merge.verifySignatures=false',
];

/** A negative exit code: there was no process. Node uses the negated errno of the spawn in the same way. */
export const NOT_STARTED = -2;

/**
 * A signal ended it: the Ctrl-C of a person reaches every process of the terminal. It is done again, because a stop in
 * good order still needs git; each command of ours can be repeated.
 */
const KILLED = -1;

/** More at once only makes each slower; far fewer starves a run with many sessions. */
const limit = pLimit(16);

/** Somebody else's git holds a lock, or is about to make or remove a worktree: waits of 20 ms to 400 ms, about six seconds in all. */
const LOCK_WAITS = [20, 40, 80, 160, 320, ...Array.from({ length: 13 }, () => 400)];
const LOCKED =
  /(?:unable to create '[^']*\.lock'|could not lock config file [^:]*): File exists|failed to read .*\/worktrees\/[^/]+\/commondir/i;

/** Runs one git command. Nothing of the environment or of hooks leaks into it. */
export const runGit: RunGit = async (cwd, args, options = {}) => {
  // simple-git leaves the standard input open then, and git would wait for ever.
  if (options.input === '') throw new Error(`git ${args[0]} with an empty input would never end`);
  let result = await limit(once, cwd, args, options);
  for (const wait of LOCK_WAITS) {
    if (result.exitCode !== KILLED && (result.exitCode === 0 || !LOCKED.test(result.stderr))) break;
    await new Promise((resolve) => setTimeout(resolve, wait));
    result = await limit(once, cwd, args, options);
  }
  const accept = options.accept ?? [0];
  if (accept !== 'any' && !accept.includes(result.exitCode)) throw new GitError(args, cwd, result);
  return result;
};

interface Captured {
  readonly exitCode: number | null;
  readonly stdOut: readonly Buffer[];
  readonly stdErr: readonly Buffer[];
}

async function once(cwd: string, args: readonly string[], options: GitOptions): Promise<GitResult> {
  let seen: Captured | null = null;
  try {
    const git = simpleGit({
      baseDir: cwd,
      config: CONFIG,
      allowEnvironment: ALLOWED_VARIABLES,
      // hooksPath is only ever set to /dev/null, and the config paths are those the person's own shell has set.
      unsafe: { allowUnsafeHooksPath: true, allowUnsafeConfigPaths: true, allowUnsafeFsMonitor: true },
      completion: { onClose: true, onExit: false },
      ...(options.input === undefined ? {} : { input: () => options.input }),
      // The only place where simple-git tells the exit code: by itself it takes a silent exit 1 for a success.
      errors: (error, result) => {
        seen = result;
        return (result.exitCode ?? KILLED) <= 255 ? undefined : error;
      },
    });
    // A worktree that has lost its .git lies inside the checkout of a person: git must not go up and answer for that one.
    git.env(
      gitEnvironment({
        ...(options.anywhere === true ? {} : { GIT_CEILING_DIRECTORIES: dirname(cwd) }),
        ...options.env,
      }),
    );
    // simple-git waits 50 ms more for a command that printed nothing; once stdout has ended there is nothing to wait for.
    git.outputHandler((_command, stdout) => stdout.once('end', () => stdout.emit('data', Buffer.alloc(0))));
    await git.raw([...args]);
  } catch (error) {
    if (!(error instanceof GitConstructError)) throw error;
    return { exitCode: NOT_STARTED, stdout: '', stderr: `there is no folder ${cwd}` };
  }
  return toResult(seen);
}

function toResult(result: Captured | null): GitResult {
  if (result === null) throw new Error('simple-git did not report how the command ended');
  return {
    exitCode: result.exitCode ?? KILLED,
    stdout: Buffer.concat(result.stdOut).toString('utf8'),
    stderr: Buffer.concat(result.stdErr).toString('utf8'),
  };
}
