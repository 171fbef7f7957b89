import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { writeAtomically } from './atomic-write.ts';
import { runGit } from './git/run.ts';
import { makeTeamsFolder, teamsFolder } from './layout.ts';
import { packageRoot } from './own-package.ts';
import { excludeTeamsFolder } from './repository.ts';
import { storing } from './storage-error.ts';

/** The files that a person edits. */
const EDITED = ['prd', 'config'] as const;
type Edited = (typeof EDITED)[number];

/**
 * Puts the schemas where an editor finds them without a network, and returns what `$schema` in `file` has to say. For
 * every command that writes such a file. `root` need not be a repository yet. Throws `StorageError`.
 */
export async function editorSchema(root: string, name: Edited, file: string): Promise<string> {
  const place = await runGit(root, ['rev-parse', '--path-format=absolute', '--git-common-dir'], {
    accept: 'any',
    anywhere: true,
  });
  if (place.exitCode === 0) await excludeTeamsFolder({ commonDir: place.stdout.trim() });
  await writeEditorSchemas(await makeTeamsFolder(root));
  const path = relative(dirname(file), schemaFile(teamsFolder(root), name)).replaceAll('\\', '/');
  // Not a plain "a/b": some editors look for that from the root of the project.
  return encodeURI(path.startsWith('../') ? path : `./${path}`);
}

/** The first lines of a YAML file: one for the YAML language server, one for the IDEs of JetBrains. */
export const schemaComment = (schema: string): string =>
  `# yaml-language-server: $schema=${schema}\n# $schema: ${schema}`;

/** The schemas of this version: an older one may have left its own. */
export async function writeEditorSchemas(teams: string): Promise<void> {
  const folder = join(teams, 'schemas');
  await storing(folder, () => mkdir(folder, { recursive: true }));
  for (const name of EDITED) {
    const text = await readFile(join(packageRoot(), 'schemas', `${name}.schema.json`), 'utf8');
    const path = schemaFile(teams, name);
    if ((await readFile(path, 'utf8').catch(() => null)) !== text) await writeAtomically(path, text);
  }
}

const schemaFile = (teams: string, name: Edited): string => join(teams, 'schemas', `${name}.schema.json`);
