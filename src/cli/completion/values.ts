import { join } from 'node:path';
import { clip, printable } from '../../domain/printable.ts';

export interface Candidate {
  readonly value: string;
  /** What zsh and fish show beside it. */
  readonly about: string;
}

export type ValueKind =
  | 'epic'
  | 'role'
  | 'when'
  | 'run'
  | 'branch'
  | 'preset'
  | 'template'
  | 'backend'
  | 'agent-cli';

/** The values of a kind, as they are now. Each import is late: a key press waits for this. */
export async function valuesOf(kind: ValueKind, cwd: string): Promise<readonly Candidate[]> {
  switch (kind) {
    case 'epic':
      return epics(cwd);
    case 'run':
      return runs(cwd);
    case 'branch':
      return branches(cwd);
    case 'role': {
      const { readRoles } = await import('../../adapters/prompt-files.ts');
      return readRoles().map(({ role, description }) => ({ value: role, about: description }));
    }
    case 'backend':
      return backends(cwd);
    case 'agent-cli': {
      const { AGENT_CLIS } = await import('../../domain/backend-names.ts');
      return AGENT_CLIS.map((value) => ({ value, about: '' }));
    }
    case 'template': {
      const { templateNames } = await import('../../adapters/templates.ts');
      return templateNames().map((value) => ({ value, about: '' }));
    }
    case 'preset':
      return [
        { value: 'balanced', about: 'epics are planned and checked where it is worth it' },
        { value: 'full', about: 'stories too' },
        { value: 'minimal', about: 'no planners and no validators' },
      ];
    case 'when':
      return ['auto', 'always', 'never'].map((value) => ({ value, about: '' }));
  }
}

async function rootOf(cwd: string): Promise<string> {
  const { findRepository } = await import('../../adapters/find-repository.ts');
  const found = await findRepository(cwd);
  return found.ok ? found.value : cwd;
}

async function epics(cwd: string): Promise<readonly Candidate[]> {
  const [root, { glancePrd }] = await Promise.all([rootOf(cwd), import('../glance-prd.ts')]);
  const prd = await glancePrd(join(root, 'prd.json'));
  return (prd?.epics ?? []).map(({ id, title, status }) => ({
    value: id,
    about: clip(printable(title), 60) + (status === 'pending' ? '' : ` (${clip(status, 20)})`),
  }));
}

async function runs(cwd: string): Promise<readonly Candidate[]> {
  const { listRuns, teamsFolder } = await import('../../adapters/layout.ts');
  const ids = await listRuns(teamsFolder(await rootOf(cwd)));
  return ids.toReversed().map((value) => ({ value, about: '' }));
}

async function branches(cwd: string): Promise<readonly Candidate[]> {
  const { branchNames } = await import('../../adapters/git/branch-names.ts');
  const names = await branchNames(join(await rootOf(cwd), '.git'));
  const { isOurs } = await import('../../domain/branches.ts');
  return names
    .filter((name) => !isOurs(name))
    .toSorted()
    .map((value) => ({ value, about: '' }));
}

async function backends(cwd: string): Promise<readonly Candidate[]> {
  const { BUILT_IN_BACKENDS } = await import('../../domain/backend-names.ts');
  const names = new Map<string, string>(BUILT_IN_BACKENDS.map((name) => [name, '']));
  const { readIfThere } = await import('../../adapters/there.ts');
  const text = (await readIfThere(join(await rootOf(cwd), 'teams.config.yml')).catch(() => null)) ?? '';
  if (/^backends:/m.test(text)) {
    const { parseYaml } = await import('../../source/yaml.ts');
    const { value } = parseYaml(text);
    const own = typeof value === 'object' && value !== null && 'backends' in value ? value.backends : null;
    if (typeof own === 'object' && own !== null) {
      for (const name of Object.keys(own)) names.set(name, 'in teams.config.yml');
    }
  }
  return [...names].map(([value, about]) => ({ value, about }));
}
