import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TempRepo {
  readonly path: string;
  /** Runs git in the repository and returns its trimmed stdout; throws when git fails. */
  git(...args: readonly string[]): string;
  /** Writes files, by path from the root, without committing them. */
  write(files: Readonly<Record<string, string>>): void;
  /** Writes and commits; returns the commit id. */
  commit(files: Readonly<Record<string, string>>, message?: string): string;
  /** Removes the repository and everything in its temporary folder. */
  remove(): void;
}

/** Same ids on every machine and every day: git takes names and dates from here, and nothing from the person. */
export const gitEnvironment = {
  GIT_AUTHOR_NAME: 'Rig',
  GIT_AUTHOR_EMAIL: 'rig@example.invalid',
  GIT_COMMITTER_NAME: 'Rig',
  GIT_COMMITTER_EMAIL: 'rig@example.invalid',
  GIT_AUTHOR_DATE: '2024-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2024-01-01T00:00:00Z',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
} as const;

/**
 * A real repository on branch `main`, with one commit, in a folder of its own below the temporary folder of the
 * system, or below `below`. `folder` is the name of the checkout: spaces and unicode are welcome.
 */
export function tempRepo(
  options: {
    readonly files?: Readonly<Record<string, string>>;
    readonly folder?: string;
    readonly below?: string;
  } = {},
): TempRepo {
  const parent = realpathSync(mkdtempSync(join(options.below ?? tmpdir(), 'teams-rig-')));
  const path = join(parent, options.folder ?? 'repo');
  mkdirSync(path);
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, {
      cwd: path,
      env: { ...process.env, ...gitEnvironment },
      encoding: 'utf8',
      maxBuffer: 64_000_000,
      // What git says of a failure is in the error that is thrown.
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), content);
    }
  };
  const commit = (files: Readonly<Record<string, string>>, message = 'a commit'): string => {
    write(files);
    if (Object.keys(files).length > 0) git('add', '--', ...Object.keys(files));
    git('commit', '-q', '--allow-empty', '-m', message);
    return git('rev-parse', 'HEAD');
  };
  // Without the samples of hooks, which are as many files as the rest.
  git('init', '-q', '--template=', '-b', 'main');
  git('config', 'user.name', 'Rig');
  git('config', 'user.email', 'rig@example.invalid');
  // A background gc would outlive the test and hold files that are being removed.
  git('config', 'gc.auto', '0');
  git('config', 'maintenance.auto', 'false');
  commit({ 'README.md': '# A project\n', ...options.files }, 'Start');
  return { path, git, write, commit, remove: () => rmSync(parent, { recursive: true, force: true }) };
}
