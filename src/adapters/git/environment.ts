import { delimiter, dirname } from 'node:path';

/**
 * Variables that may reach git. Whatever else starts with GIT_ is taken out by simple-git: a GIT_DIR or GIT_INDEX_FILE
 * that `teams` inherits (from a hook, say) would send a command to another repository.
 */
const INHERITED = [
  'GIT_AUTHOR_NAME',
  'GIT_AUTHOR_EMAIL',
  'GIT_COMMITTER_NAME',
  'GIT_COMMITTER_EMAIL',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CEILING_DIRECTORIES',
] as const;

const OURS = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  // Reading must not compete with the sessions for index.lock. Commands that have to write take their locks anyway.
  GIT_OPTIONAL_LOCKS: '0',
  // An editor that opens would wait for ever.
  GIT_MERGE_AUTOEDIT: 'no',
} as const;

export const ALLOWED_VARIABLES: readonly string[] = [...INHERITED, ...Object.keys(OURS), 'GIT_INDEX_FILE'];

/** The environment of our own git commands. */
export function gitEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value === undefined) continue;
    // EDITOR, PAGER and the like are guarded by simple-git and not needed by any command of ours.
    if (GUARDED.has(name) || (name.startsWith('GIT_') && !(INHERITED as readonly string[]).includes(name)))
      continue;
    env[name] = value;
  }
  return { ...env, ...OURS, ...extra };
}

const GUARDED = new Set(['EDITOR', 'VISUAL', 'PAGER', 'PREFIX', 'SSH_ASKPASS']);

/**
 * For commands of others in a worktree: should it lose its `.git`, the next repository upwards is the checkout of the
 * person, and what is staged and committed would be theirs.
 */
export function ceiling(worktree: string): { readonly GIT_CEILING_DIRECTORIES: string } {
  const own = process.env['GIT_CEILING_DIRECTORIES'] ?? '';
  return { GIT_CEILING_DIRECTORIES: [dirname(worktree), ...(own === '' ? [] : [own])].join(delimiter) };
}
