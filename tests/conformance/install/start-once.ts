import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freshHome } from '../isolate/home.ts';
import { CLI_NAMES, type CliName } from './clis.ts';
import type { Installed, InstalledCli, SkippedCli } from './ensure-cli.ts';

const run = promisify(execFile);
/** The first start of one of them unpacks hundreds of megabytes. */
const LIMIT_MS = 120_000;

/**
 * Starts each once and takes the version that it says it has; what does not start is skipped. What a first start
 * unpacks is there before tests start several at the same time.
 */
export async function startAll(found: Installed): Promise<Installed> {
  const started: Partial<Record<CliName, InstalledCli | SkippedCli>> = {};
  for (const name of CLI_NAMES) {
    const cli = found[name];
    started[name] = 'skipped' in cli ? cli : await startOnce(name, cli);
  }
  return started as Installed;
}

async function startOnce(name: CliName, { path, version }: InstalledCli): Promise<InstalledCli | SkippedCli> {
  const home = await mkdtemp(join(tmpdir(), 'teams-first-start-'));
  try {
    const env = freshHome(name, 'http://127.0.0.1:9', home);
    const { stdout } = await run(path, ['--version'], { cwd: home, env, timeout: LIMIT_MS });
    const told = /\d+\.\d+\.\d+(?:-[\w.]*\w)?/.exec(stdout)?.[0];
    if (told === undefined) return { skipped: `${name} ${version} does not tell its version` };
    return { path, version: told };
  } catch (error) {
    const { message } = error as Error;
    return { skipped: `${name} ${version} does not start: ${message.split('\n')[0]}` };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
