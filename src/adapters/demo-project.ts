import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { editorSchema } from './editor-schemas.ts';
import { storing } from './storage-error.ts';
import { runGit } from './git/run.ts';
import { fail, ok, type Outcome } from '../domain/problem.ts';

/** A folder for the project: the one that is asked for, which must not hold anything, or a new temporary one. */
export async function makeFolder(cwd: string, dir: string | undefined): Promise<Outcome<string>> {
  const folder = dir === undefined ? join(tmpdir(), 'teams-demo-') : resolve(cwd, dir);
  try {
    if (dir === undefined) return ok(await realpath(await mkdtemp(folder)));
    await makeFolders(folder);
    if ((await readdir(folder)).length === 0) return ok(await realpath(folder));
    return fail({
      code: 'demo-folder-in-use',
      what: 'the demonstration needs an empty folder',
      where: folder,
      fix: 'teams demo --dir with a folder that does not exist yet',
    });
  } catch (error) {
    return fail({
      code: 'demo-folder',
      what: 'there can be no folder for the demonstration here',
      where: folder,
      why: (error as Error).message,
      fix: 'teams demo --dir with a folder that can be written to',
    });
  }
}

/** With `recursive`, node tries for ever where a file system refuses with ENOENT, as /proc does. */
async function makeFolders(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || existsSync(dirname(folder))) throw error;
    await makeFolders(dirname(folder));
    await mkdir(folder);
  }
}

/**
 * What a person has set for all their repositories must not get between the scripted agents and their commits: no
 * signing, no hooks, no converted line ends, no ignored files.
 */
const GIT_CONFIG = `[user]
	name = teams demo
	email = demo@teams.invalid
[commit]
	gpgSign = false
[tag]
	gpgSign = false
[core]
	hooksPath = /dev/null
	autocrlf = false
	safecrlf = false
	excludesFile = /dev/null
	attributesFile = /dev/null
	fsmonitor = false
`;

/** Content by path, with the schemas that its files name for editors. */
type FilesWith = (schemas: {
  readonly prd: string;
  readonly config: string;
}) => Readonly<Record<string, string>>;

/** Makes the project and commits it to `main`. */
export async function createProject(folder: string, filesWith: FilesWith): Promise<Outcome<null>> {
  const init = await runGit(folder, ['init', '--quiet', '--initial-branch=main'], { accept: 'any' });
  if (init.exitCode !== 0) {
    return fail({
      code: 'demo-git',
      what: 'git cannot make a repository for the demonstration',
      where: folder,
      why: init.stderr.split('\n')[0] ?? '',
      fix: 'install git 2.38 or newer: https://git-scm.com',
    });
  }
  await storing(folder, async () => {
    // What a template of the person excludes or converts.
    await rm(join(folder, '.git', 'info'), { recursive: true, force: true });
    await appendFile(join(folder, '.git', 'config'), GIT_CONFIG);
    const schemas = {
      prd: await editorSchema(folder, 'prd', join(folder, 'prd.json')),
      config: await editorSchema(folder, 'config', join(folder, 'teams.config.yml')),
    };
    for (const [name, content] of Object.entries(filesWith(schemas))) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
  });
  await runGit(folder, ['add', '--all']);
  await runGit(folder, ['commit', '--quiet', '-m', 'A shelf for books, and the plan for the rest']);
  return ok(null);
}

/** At once, for the end of a process. */
export const removeProject = (folder: string): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });

/** The commits of a range, drawn by git. */
export async function drawnHistory(folder: string, range: string): Promise<readonly string[]> {
  const { stdout } = await runGit(folder, ['log', '--graph', '--format=%h %s', range], { accept: 'any' });
  return stdout.trimEnd().split('\n');
}
