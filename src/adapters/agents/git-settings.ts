import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { SessionRequest } from '../../engine/ports.ts';
import { ceiling } from '../git/environment.ts';
import { runGit } from '../git/run.ts';
import { storing } from '../storage-error.ts';

/** No repository can ever be there, and git quotes it in its error message. */
const NOWHERE = '/dev/null/teams: a session never pushes, teams merges what is committed ';

/**
 * What git is told in a session: to push nowhere, however the command is spelled, while it fetches as ever. The rules
 * that agent CLIs have for commands only see their text. And to pass over what is only in the worktree to the eyes of a
 * sandbox (`phantoms`). It is a file in place of the person's global configuration, which it includes, and not
 * GIT_CONFIG_KEY_<n>: Codex keeps variables with KEY in their name from commands. Throws `StorageError`.
 */
export async function gitSettings(
  { worktree, folder }: Pick<SessionRequest, 'worktree' | 'folder'>,
  phantoms: readonly string[],
): Promise<Record<string, string>> {
  const path = join(folder, 'gitconfig');
  const lines = configuration(await settingsOf(worktree));
  if (phantoms.length > 0) {
    const ignore = join(folder, 'gitignore');
    const own = await ignoredByPerson(worktree);
    const content = [own, ...phantoms.map((name) => `/${name}`), ''].join('\n');
    await storing(ignore, () => writeFile(ignore, content, { mode: 0o600 }));
    lines.push('[core]', `\texcludesFile = ${quoted(ignore)}`);
  }
  await storing(path, () => writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 }));
  return { GIT_CONFIG_GLOBAL: path, ...ceiling(worktree) };
}

interface Settings {
  /** Addresses of remotes, and prefixes for which the person has rules of their own. */
  readonly rewritten: readonly string[];
  /** Addresses that are only for pushing: git asks no `pushInsteadOf` for these. */
  readonly pushUrls: readonly string[];
}

async function settingsOf(worktree: string): Promise<Settings> {
  const asked = '^(remote\\..*\\.(url|pushurl)|url\\..*\\.pushinsteadof)$';
  // Without git, or without any such setting, there is nothing to rewrite but the rest of the world.
  const { stdout } = await runGit(worktree, ['config', '-z', '--get-regexp', asked], { accept: 'any' });
  const entries = stdout.split('\0').flatMap((entry) => {
    const end = entry.indexOf('\n');
    return end === -1 ? [] : [{ key: entry.slice(0, end), value: entry.slice(end + 1) }];
  });
  const valuesOf = (isOne: (key: string) => boolean): readonly string[] => [
    ...new Set(entries.filter(({ key }) => isOne(key)).map(({ value }) => value)),
  ];
  return {
    rewritten: valuesOf((key) => !key.endsWith('.pushurl')),
    pushUrls: valuesOf((key) => key.endsWith('.pushurl')),
  };
}

/**
 * Of all prefixes that fit an address the longest counts, and of equal ones the first: so every address that is known is
 * named as a whole, and ours come before those of the person.
 */
function configuration({ rewritten, pushUrls }: Settings): string[] {
  return [
    '# Made by teams for one session. Commits and fetches work as ever; pushes lead nowhere.',
    `[url ${quoted(NOWHERE)}]`,
    ...['', ...rewritten].map((prefix) => `\tpushInsteadOf = ${quoted(prefix)}`),
    ...pushUrls.map((address) => `\tinsteadOf = ${quoted(address)}`),
    '[include]',
    ...globalFiles().map((file) => `\tpath = ${quoted(file)}`),
  ];
}

/** What git would have read as global configuration; files that do not exist are passed over. */
function globalFiles(): readonly string[] {
  const own = process.env['GIT_CONFIG_GLOBAL'];
  if (own !== undefined) return own === '' ? [] : [resolve(own)];
  return [join(configHome(), 'config'), join(homedir(), '.gitconfig')];
}

function configHome(): string {
  const xdg = process.env['XDG_CONFIG_HOME'];
  return join(xdg === undefined || xdg === '' ? join(homedir(), '.config') : xdg, 'git');
}

/** What the person has git ignore in every repository. */
async function ignoredByPerson(worktree: string): Promise<string> {
  const asked = ['config', '--type=path', '--get', 'core.excludesFile'];
  const { stdout } = await runGit(worktree, asked, { accept: 'any' });
  // There mostly is none.
  return readFile(stdout.trim() || join(configHome(), 'ignore'), 'utf8').catch(() => '');
}

const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
