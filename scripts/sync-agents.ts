import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { renderRole, ROLE_CLIS } from '../src/adapters/agents/roles/registry.ts';
import { AGENT_CLIS } from '../src/domain/backend-names.ts';
import { roleFilesIn } from '../src/adapters/agents/roles/repository-roles.ts';
import { readRoles } from '../src/adapters/prompt-files.ts';

/** Renders prompts/agents/ for every CLI; with `--check` only compares and fails on a difference. */
const check = process.argv.includes('--check');
const roles = readRoles();
const rendered = new Map(
  AGENT_CLIS.flatMap((cli) =>
    roles.map((role) => [ROLE_CLIS[cli].fileOf(role.role), renderRole(cli, role, {})] as const),
  ),
);
const drifted: string[] = [];
for (const [file, text] of rendered) {
  if ((await readFile(file, 'utf8').catch(() => null)) === text) continue;
  drifted.push(file);
  if (check) continue;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
// A role that was renamed leaves files behind that the CLIs would still offer.
for (const file of await roleFilesIn('.')) {
  if (rendered.has(file)) continue;
  drifted.push(file);
  if (!check) await rm(file);
}
if (check && drifted.length > 0) {
  console.error(
    `not what prompts/agents says: ${drifted.join(', ')}\n  fix: run "npm run sync:agents" and commit the result`,
  );
  process.exitCode = 1;
}
