import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type CliName, CLI_NAMES, CLIS, wantedVersion } from './clis.ts';
import { withLock } from './lock.ts';

export type InstalledCli = { readonly path: string; readonly version: string };
export type SkippedCli = { readonly skipped: string };
type Installed = Readonly<Record<CliName, InstalledCli | SkippedCli>>;

export const FOUND = 'TEAMS_CONFORMANCE_FOUND';

const run = promisify(execFile);
/** The biggest package has 400 MB. */
const INSTALL_LIMIT_MS = 8 * 60_000;
const LOOKUP_LIMIT_MS = 30_000;

/**
 * The native program of a CLI, installed with npm into a cache outside the repository unless it is there already.
 * A version that is in the cache is used without the network. What cannot be installed is skipped, with the reason.
 */
export async function ensureCli(name: CliName): Promise<InstalledCli | SkippedCli> {
  const found = (JSON.parse(process.env[FOUND] ?? '{}') as Partial<Installed>)[name];
  if (found !== undefined) return found;
  const cache = cacheFolder();
  await mkdir(cache, { recursive: true });
  try {
    const version = await resolveVersion(name);
    const folder = join(cache, `${name}@${version}`);
    return await withLock(`${folder}.lock`, INSTALL_LIMIT_MS, async () => {
      if (!existsSync(folder)) await install(name, version, cache, folder);
      const path = CLIS[name].binary.map((file) => join(folder, 'node_modules', file)).find(existsSync);
      if (path === undefined) return { skipped: `${name} ${version} has no program for this platform` };
      return { path, version: await installedVersion(folder, CLIS[name].package) };
    });
  } catch (error) {
    return { skipped: `${name} cannot be installed: ${firstLine((error as Error).message)}` };
  }
}

/** All of them, one after the other; `FOUND` hands the answer to processes that cannot reach a registry. */
export async function ensureAll(): Promise<Installed> {
  const installed: Partial<Record<CliName, InstalledCli | SkippedCli>> = {};
  for (const name of CLI_NAMES) installed[name] = await ensureCli(name);
  return installed as Installed;
}

/** Where the CLIs are kept between runs. */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base !== undefined && base !== '' ? base : join(homedir(), '.cache'), 'teams-conformance');
}

async function resolveVersion(name: CliName): Promise<string> {
  const wanted = wantedVersion(name);
  if (/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(wanted)) return wanted;
  const { stdout } = await run('npm', ['view', `${CLIS[name].package}@${wanted}`, 'version'], {
    timeout: LOOKUP_LIMIT_MS,
  });
  return stdout.trim();
}

/** Built aside and renamed: a folder of the cache is complete or not there. */
async function install(name: CliName, version: string, cache: string, folder: string): Promise<void> {
  const partial = await mkdtemp(join(cache, `${name}-partial-`));
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
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function installedVersion(folder: string, packageName: string): Promise<string> {
  const manifest = await readFile(join(folder, 'node_modules', packageName, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

const firstLine = (text: string): string =>
  text
    .split('\n')
    .find((line) => /npm error|ENOTFOUND|ETIMEDOUT/.test(line))
    ?.trim() ??
  text.split('\n')[0] ??
  '';
