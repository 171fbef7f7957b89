import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../../domain/config.ts';
import type { BackendFacts } from '../../domain/doctor.ts';
import type { Problem } from '../../domain/problem.ts';
import { clip, printable } from '../../domain/printable.ts';
import { docsPage } from '../prompt-files.ts';
import { findExecutable } from './executable.ts';

const run = promisify(execFile);
/** The first start of some of them unpacks hundreds of megabytes. */
const VERSION_LIMIT_MS = 60_000;

/** An agent CLI that npm installs: a command on the PATH, with a native program in a package for the platform. */
export interface NpmCli {
  readonly command: string;
  readonly package: string;
  /** Native programs, as paths below node_modules, the first that exists counts. */
  readonly native: readonly string[];
  /** Older ones lack something that a session needs. */
  readonly oldest: readonly [number, number, number];
  /** Told to `--version`, so that it neither updates itself nor asks for news. */
  readonly quiet: Readonly<Record<string, string>>;
  /** Permission profiles that it can hold a session to. */
  readonly profiles: readonly Config['permissions'][];
}

/**
 * Path of the native program if it can be told from the launcher on the PATH, otherwise the launcher: launchers do not
 * hand every signal on. Null when there is none.
 */
export async function findNativeProgram(cli: NpmCli, root: string): Promise<string | null> {
  const launcher = await findExecutable(cli.command, root);
  return launcher === null ? null : nativeBehind(launcher, cli);
}

async function nativeBehind(launcher: string, cli: NpmCli): Promise<string> {
  for (let folder = dirname(await realpath(launcher)); ; folder = dirname(folder)) {
    for (const native of cli.native) {
      const path = join(folder, 'node_modules', native);
      if (existsSync(path)) return path;
    }
    if (folder === dirname(folder)) return launcher;
  }
}

/** The same for a session: one that vanished since it was checked fails like any program that cannot be started. */
export const programOf = async (cli: NpmCli, root: string): Promise<string> =>
  (await findNativeProgram(cli, root)) ?? cli.command;

/** What is installed of a CLI, for `teams doctor`. */
export async function installationOf(
  cli: NpmCli,
  root: string,
): Promise<Pick<BackendFacts, 'version' | 'launcher' | 'program'>> {
  const launcher = await findExecutable(cli.command, root);
  if (launcher === null) return { version: null, launcher, program: null };
  const program = await nativeBehind(launcher, cli);
  const asked = await versionOf(program, cli.quiet);
  return { version: 'version' in asked ? asked.version.join('.') : null, launcher, program };
}

/** Why no session can be started on this CLI, or null. The backend has the name of the command. */
export async function problemOf(
  cli: NpmCli,
  { permissions }: Pick<Config, 'permissions'>,
  root: string,
): Promise<Problem | null> {
  const name = cli.command;
  if (!cli.profiles.includes(permissions)) {
    return {
      code: 'permissions-not-supported',
      what: `backend ${name} has no permission profile "${permissions}"`,
      where: 'permissions in teams.config.yml',
      fix: `use ${cli.profiles.map((one) => `"${one}"`).join(' or ')}; ${docsPage(`backends/${name}`)} says what each can prevent`,
    };
  }
  const program = await findNativeProgram(cli, root);
  const install = `npm install -g ${cli.package}`;
  if (program === null) {
    return {
      code: 'backend-not-installed',
      what: `backend ${name}: ${cli.command} is not installed`,
      why: 'it is in no folder of the PATH',
      fix: install,
    };
  }
  const asked = await versionOf(program, cli.quiet);
  if ('trouble' in asked) {
    return {
      code: 'backend-version-unknown',
      what: `backend ${name}: ${program} does not tell its version`,
      why: asked.trouble,
      fix: `run "${cli.command} --version", or install it anew: ${install}`,
    };
  }
  if (!isOlder(asked.version, cli.oldest)) return null;
  return {
    code: 'backend-too-old',
    what: `backend ${name}: ${cli.command} ${asked.version.join('.')} is too old`,
    where: program,
    why: `it has to be ${cli.oldest.join('.')} or newer`,
    fix: `${install}@latest`,
  };
}

type Asked = { readonly version: readonly number[] } | { readonly trouble: string };
const known = new Map<string, Promise<Asked>>();

function versionOf(program: string, quiet: Readonly<Record<string, string>>): Promise<Asked> {
  const found = known.get(program) ?? askVersion(program, quiet);
  known.set(program, found);
  return found;
}

async function askVersion(program: string, quiet: Readonly<Record<string, string>>): Promise<Asked> {
  try {
    const env = { ...process.env, ...quiet };
    const { stdout } = await run(program, ['--version'], { env, timeout: VERSION_LIMIT_MS });
    const match = /(\d+)\.(\d+)\.(\d+)/.exec(stdout);
    if (match !== null) return { version: match.slice(1, 4).map(Number) };
    return { trouble: `it said ${JSON.stringify(clip(printable(stdout.slice(0, 500)), 100))}` };
  } catch (error) {
    return { trouble: clip(printable((error as Error).message.slice(0, 2_000)), 300) };
  }
}

function isOlder(version: readonly number[], oldest: readonly number[]): boolean {
  const index = oldest.findIndex((part, at) => part !== version[at]);
  return index !== -1 && (version[index] ?? 0) < (oldest[index] ?? 0);
}
