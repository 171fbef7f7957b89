import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { tempFolder } from '../temp-folder.ts';

/** Nothing of the machine's own configuration; identity included. */
export const ENV = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};
Object.assign(process.env, ENV);

export const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, env: ENV, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' }).replace(
    /\n$/,
    '',
  );

export const gitAsync = async (cwd: string, ...args: string[]): Promise<string> =>
  (await promisify(execFile)('git', args, { cwd, env: ENV })).stdout;

export function put(folder: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** Commits everything that is in the folder; returns the id. */
export function commit(folder: string, message: string, files: Record<string, string> = {}): string {
  put(folder, files);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--allow-empty', '--no-verify', '--cleanup=verbatim', '-m', message);
  return git(folder, 'rev-parse', 'HEAD');
}

/** A repository on branch main with one commit. */
export function tempRepo(name?: string): { root: string; first: string } {
  const root = tempFolder(name);
  git(root, 'init', '--quiet', '--initial-branch=main');
  return { root, first: commit(root, 'first', { 'a.txt': 'one\n' }) };
}
