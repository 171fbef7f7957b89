import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The built program; npm runs scripts in the root of the package. */
export const TEAMS = resolve('dist/bin.cjs');

/** Without settings of the person: they would change what is measured. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const dropped = /^(TEAMS_|NODE_|npm_|FORCE_COLOR$|NO_COLOR$|GIT_)/;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !dropped.test(name))),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
  };
}

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  /** Wall clock, in seconds. */
  readonly seconds: number;
}

/** Starts a program and collects what it prints. */
export function start(
  argv: readonly [string, ...string[]],
  cwd: string,
): { readonly child: ChildProcess & { readonly pid: number }; readonly ended: Promise<Ended> } {
  const begin = performance.now();
  const [program, ...args] = argv;
  const child = spawn(program, args, { cwd, env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const ended = new Promise<Ended>((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done({ code, output, seconds: (performance.now() - begin) / 1000 }));
  });
  if (child.pid === undefined) throw new Error(`cannot start ${program}`);
  return { child: child as ChildProcess & { readonly pid: number }, ended };
}

/** Runs a program to its end; anything but the expected exit code is an error with all it printed. */
export async function runToEnd(
  argv: readonly [string, ...string[]],
  cwd: string,
  expected = 0,
): Promise<Ended> {
  const end = await start(argv, cwd).ended;
  if (end.code === expected) return end;
  throw new Error(`${argv.join(' ')} ended with ${end.code}\n${end.output}`);
}

/** Gives `work` a folder of its own and removes it afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'teams-bench-')));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
