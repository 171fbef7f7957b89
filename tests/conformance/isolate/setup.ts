import { spawn, spawnSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { CLI_NAMES } from '../install/clis.ts';
import { ensureAll, FOUND, foundBefore, type Installed } from '../install/ensure-cli.ts';
import { startAll } from '../install/start-once.ts';

/** As a user who may make namespaces, or as root where only root may. */
const WAYS = [
  ['unshare', '-rn'],
  ['unshare', '-n'],
] as const;
/** Nothing of the arguments is part of the script, which brings the loopback up. */
const WITH_LOOPBACK = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

/**
 * Runs before any test: installs the CLIs while there is a network, then starts the same run again in a network
 * namespace that has only the loopback. Where the platform has none every CLI is skipped: a proxy that leads nowhere
 * holds back only a program that asks it.
 */
export async function setup(): Promise<void> {
  const before = foundBefore();
  let found: Installed = before ?? (await ensureAll());
  process.env[FOUND] = JSON.stringify(found);
  if (!loopbackOnly()) {
    if (before !== null) throw new Error('the network namespace has more than the loopback');
    const way = WAYS.find(works);
    if (way !== undefined) process.exit(await runAgain(way));
    found = skipAll(
      'unshare makes no network namespace here, and without one it could reach more than the loopback',
    );
  }
  found = await startAll(found);
  process.env[FOUND] = JSON.stringify(found);
  for (const name of CLI_NAMES) {
    const cli = found[name];
    console.log('skipped' in cli ? `skipped: ${cli.skipped}` : `driven: ${name} ${cli.version}`);
  }
}

const skipAll = (reason: string): Installed =>
  Object.fromEntries(CLI_NAMES.map((name) => [name, { skipped: `${name}: ${reason}` }])) as Installed;

type Way = (typeof WAYS)[number];

const works = ([program, ...args]: Way): boolean =>
  spawnSync(program, [...args, ...WITH_LOOPBACK, 'true'], { stdio: 'ignore' }).status === 0;

function loopbackOnly(): boolean {
  return Object.values(networkInterfaces())
    .flat()
    .every((address) => address?.internal === true);
}

function runAgain([program, ...args]: Way): Promise<number> {
  const again = [process.execPath, ...process.argv.slice(1)];
  const child = spawn(program, [...args, ...WITH_LOOPBACK, ...again], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
