import { spawn, spawnSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { ensureAll, FOUND } from '../install/ensure-cli.ts';
import { NOWHERE } from './home.ts';

/** Without a shell there is nothing that brings the loopback up; nothing of the arguments is part of the script. */
const IN_NAMESPACE = ['-rn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

/**
 * Runs before any test: installs the CLIs while there is a network, then starts the same run again in a network
 * namespace that has only the loopback. Where the platform has none, proxies that lead nowhere have to do.
 */
export async function setup(): Promise<void> {
  const again = process.env[FOUND] !== undefined;
  if (!again) process.env[FOUND] = JSON.stringify(await ensureAll());
  if (loopbackOnly()) return;
  if (again) throw new Error('the network namespace has more than the loopback');
  if (!canIsolate()) {
    console.warn('No network namespace here: the CLIs are kept off the network by proxies only.');
    Object.assign(process.env, NOWHERE);
    return;
  }
  process.exit(await runAgain());
}

function canIsolate(): boolean {
  return spawnSync('unshare', [...IN_NAMESPACE, 'true'], { stdio: 'ignore' }).status === 0;
}

function loopbackOnly(): boolean {
  return Object.values(networkInterfaces())
    .flat()
    .every((address) => address?.internal === true);
}

function runAgain(): Promise<number> {
  const child = spawn('unshare', [...IN_NAMESPACE, process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
