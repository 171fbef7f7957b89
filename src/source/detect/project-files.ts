import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What the root of a repository holds: every name, and the text of the files that tell how it is built. */
export interface ProjectFiles {
  readonly names: ReadonlySet<string>;
  /** Empty for a file that is not there or cannot be read as text. */
  readonly text: (name: string) => string;
}

/** In bytes. What is longer is not a file that a person wrote. */
const LIMIT = 1_000_000;

const READ = [
  'package.json',
  'yarn.lock',
  'pyproject.toml',
  'requirements.txt',
  'requirements-dev.txt',
  'setup.cfg',
  'Cargo.toml',
  'Makefile',
  'makefile',
  'GNUmakefile',
  'justfile',
  'Justfile',
  '.justfile',
  'Taskfile.yml',
  'Taskfile.yaml',
  'Gemfile',
  'composer.json',
  '.gitignore',
];

/** Never throws: a repository in which nothing can be read has nothing to suggest. */
export async function readProjectFiles(root: string): Promise<ProjectFiles> {
  const names = new Set(await readdir(root).catch(() => []));
  const texts = new Map<string, string>();
  for (const name of READ) {
    if (names.has(name)) texts.set(name, await readRegular(join(root, name)));
  }
  return { names, text: (name) => texts.get(name) ?? '' };
}

/** Never through a link out of the repository, and never waiting for a pipe. */
async function readRegular(path: string): Promise<string> {
  try {
    const stats = await lstat(path);
    if (!stats.isFile() || stats.size > LIMIT) return '';
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch {
    // Gone meanwhile or not readable for us: as if it were not there.
    return '';
  }
}
