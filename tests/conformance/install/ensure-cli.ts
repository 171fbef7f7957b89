import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type CliName, CLI_NAMES, CLIS, wantedVersion } from './clis.ts';
import { withLock } from './lock.ts';

export type InstalledCli = { readonly path: string; readonly version: string };
export type SkippedCli = { readonly skipped: string };
export type Installed = Readonly<Record<CliName, InstalledCli | SkippedCli>>;

export const FOUND = 'TEAMS_CONFORMANCE_FOUND';

const run = promisify(execFile);
/** The biggest package has 400 MB. */
const INSTALL_LIMIT_MS = 8 * 60_000;
/** A registry that is not there is not waited for. */
const LOOKUP_LIMIT_MS = 60_000;
const IMPATIENT = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=20000'];

/**
 * The native program of a CLI, installed with npm into a cache outside the repository unless it is there already.
 * A version that is in the cache is used without the network. What cannot be installed is skipped, with the reason.
 */
export async function ensureCli(name: CliName): Promise<InstalledCli | SkippedCli> {
  const before = foundBefore();
  if (before !== null) return before[name];
  const cache = cacheFolder();
  try {
    await mkdir(cache, { recursive: true });
    const version = await resolveVersion(name, cache);
    const folder = join(cache, `${name}@${version}`);
    const make = async (): Promise<void> => {
      if (!existsSync(folder)) await install(name, version, folder);
    };
    // What is there is complete: nobody who wants it has to wait for a lock, which may be left from another day.
    if (!existsSync(folder)) await withLock(`${folder}.lock`, INSTALL_LIMIT_MS, make);
    const path = programIn(name, folder);
    if (path === undefined) return { skipped: `${name} ${version} has no program for this platform` };
    return { path, version };
  } catch (error) {
    return { skipped: `${name} cannot be installed: ${firstLine((error as Error).message)}` };
  }
}

/** All of them; `FOUND` hands the answer to processes that cannot reach a registry. */
export async function ensureAll(): Promise<Installed> {
  const all = await Promise.all(CLI_NAMES.map(async (name) => [name, await ensureCli(name)] as const));
  return Object.fromEntries(all) as Installed;
}

/** What an earlier process has found, or null. */
export function foundBefore(): Installed | null {
  const found = process.env[FOUND];
  return found === undefined ? null : (JSON.parse(found) as Installed);
}

/** Where the CLIs are kept between runs. */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base !== undefined && base !== '' ? base : join(homedir(), '.cache'), 'teams-conformance');
}

/** Asks the registry when the version is not in the cache: a download that would wait for ever does not even begin. */
async function resolveVersion(name: CliName, cache: string): Promise<string> {
  const wanted = wantedVersion(name);
  if (/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(wanted) && existsSync(join(cache, `${name}@${wanted}`))) return wanted;
  const lookup = ['view', `${CLIS[name].package}@${wanted}`, 'version', ...IMPATIENT];
  const { stdout } = await run('npm', lookup, { timeout: LOOKUP_LIMIT_MS });
  if (stdout.trim() === '') throw new Error(`there is no version ${wanted} of ${CLIS[name].package}`);
  return stdout.trim();
}

const programIn = (name: CliName, folder: string): string | undefined =>
  CLIS[name].binary.map((file) => join(folder, 'node_modules', file)).find(existsSync);

/** Built aside and renamed: a folder of the cache is complete or not there. */
async function install(name: CliName, version: string, folder: string): Promise<void> {
  // Of an installation that was cut off: nobody else has the lock.
  const partial = `${folder}-partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial);
  try {
    await run(
      'npm',
      [
        'install',
        '--prefix',
        partial,
        '--no-audit',
        '--no-fund',
        '--no-save',
        // Only the native program of the platform package is used: nothing of a package runs on installing it.
        '--ignore-scripts',
        '--engine-strict=false',
        `${CLIS[name].package}@${version}`,
      ],
      { cwd: partial, timeout: INSTALL_LIMIT_MS, maxBuffer: 16_000_000 },
    );
    // npm goes on without an optional package that it could not get, which is what the program is in.
    if (programIn(name, partial) !== undefined) await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

const firstLine = (text: string): string =>
  text
    .split('\n')
    .find((line) => /npm error (?!code|syscall|errno|A complete)|ENOTFOUND|ETIMEDOUT/.test(line))
    ?.trim() ??
  text.split('\n')[0] ??
  '';
