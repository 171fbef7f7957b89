import { type ChildProcess, spawn } from 'node:child_process';
import { buildSync } from 'esbuild';
import { readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { lockHolder } from '../../src/adapters/lock-holder.ts';
import { takeLock } from '../../src/adapters/lock.ts';
import { startTimeOf } from '../../src/adapters/process-table.ts';
import { tempFolder } from './temp-folder.ts';

let script = '';

beforeAll(() => {
  const built = buildSync({
    entryPoints: [join(import.meta.dirname, 'lock-taker.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  });
  script = built.outputFiles[0]?.text ?? '';
});

class Taker {
  readonly child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(folder: string, runId: string) {
    const file = join(folder, 'taker.mjs');
    writeFileSync(file, script);
    this.child = spawn(process.execPath, [file, join(folder, 'lock'), runId], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void this.child.kill('SIGKILL'));
    this.#lines = createInterface({ input: this.child.stdout as NodeJS.ReadableStream })[
      Symbol.asyncIterator
    ]();
  }

  async says(): Promise<string> {
    return ((await this.#lines.next()) as { value: string }).value;
  }

  tell(): void {
    this.child.stdin?.write('go\n');
  }

  async killed(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }
}

const litter = (folder: string): string[] =>
  readdirSync(folder).filter((name) => !['lock', 'taker.mjs'].includes(name));

test('is held by one, named in the problem, and free again after release', async () => {
  const folder = tempFolder();
  const path = join(folder, 'lock');
  expect(await lockHolder(path)).toBeNull();
  const first = await takeLock(path, { runId: 'run-1' });
  if (!first.ok) throw new Error(first.error.what);
  const holder = await lockHolder(path);
  expect(holder).toMatchObject({ pid: process.pid, runId: 'run-1', host: hostname() });
  expect(await takeLock(path, { runId: 'run-2' })).toEqual({
    ok: false,
    error: {
      code: 'lock-held',
      what: `another run holds the lock: run-1, process ${process.pid}, since ${holder?.since}`,
      where: path,
      why: 'two runs in one repository would merge over each other',
      fix: `wait for it, or stop it: kill -INT ${process.pid}`,
    },
  });
  await first.value.release();
  expect(litter(folder)).toEqual([]);
  expect((await takeLock(path, { runId: 'run-3' })).ok).toBe(true);
  // A late release of the first does not take the lock of the third away.
  await first.value.release();
  expect((await lockHolder(path))?.runId).toBe('run-3');
});

test.each([
  ['of a process that is gone', { pid: 2 ** 22 + 7, startTime: '1' }],
  ['of a reused pid', { pid: process.pid, startTime: '1' }],
])('a lock %s is taken over', async (_name, stale) => {
  const path = join(tempFolder(), 'lock');
  writeFileSync(path, JSON.stringify({ ...stale, host: hostname(), runId: 'old', since: 'x' }));
  expect(await lockHolder(path)).toBeNull();
  expect((await takeLock(path, { runId: 'new' })).ok).toBe(true);
  expect((await lockHolder(path))?.runId).toBe('new');
});

test.each(['', 'garbage', 'null', '{"pid":1}'])('a lock that says %j is nobody’s', async (content) => {
  const path = join(tempFolder(), 'lock');
  writeFileSync(path, content);
  expect((await takeLock(path, { runId: 'new' })).ok).toBe(true);
});

test('a lock of another machine is respected', async () => {
  const path = join(tempFolder(), 'lock');
  const holder = { pid: 1, startTime: '1', host: 'elsewhere', runId: 'r\u001b[31m', since: 'x' };
  writeFileSync(path, JSON.stringify(holder));
  expect(await takeLock(path, { runId: 'new' })).toMatchObject({
    ok: false,
    error: {
      what: 'another run holds the lock: r, process 1 on elsewhere, since x',
      fix: `if it has ended there: rm ${path}`,
    },
  });
});

test('of eight processes that find one dead lock exactly one gets it, again and again', async () => {
  const folder = tempFolder();
  const path = join(folder, 'lock');
  writeFileSync(
    path,
    JSON.stringify({ pid: 2 ** 22 + 7, startTime: '1', host: hostname(), runId: 'dead', since: 'x' }),
  );
  const takers = Array.from({ length: 8 }, (_, i) => new Taker(folder, `r${i}`));
  await Promise.all(takers.map((taker) => taker.says()));
  let left = takers;
  // Each winner is killed: the rest fights for its dead lock. Losers have ended their try, so new ones come.
  for (let round = 0; round < 3; round++) {
    for (const taker of left) taker.tell();
    const said = await Promise.all(left.map(async (taker) => [taker, await taker.says()] as const));
    const winners = said.filter(([, word]) => word === 'taken').map(([taker]) => taker);
    expect(winners).toHaveLength(1);
    expect(said.filter(([, word]) => word === 'lock-held')).toHaveLength(7);
    expect((await lockHolder(path))?.pid).toBe(winners[0]?.child.pid);
    expect(litter(folder)).toEqual([]);
    await Promise.all(left.map((taker) => taker.killed()));
    if (round === 2) break;
    left = Array.from({ length: 8 }, (_, i) => new Taker(folder, `r${round}-${i}`));
    await Promise.all(left.map((taker) => taker.says()));
  }
});

test('a claim that its maker did not live to use is taken over as well', async () => {
  const folder = tempFolder();
  const path = join(folder, 'lock');
  const dead = (runId: string): string =>
    JSON.stringify({ pid: 2 ** 22 + 7, startTime: '1', host: hostname(), runId, since: 'x' });
  writeFileSync(path, dead('one'));
  const { createHash } = await import('node:crypto');
  const claimOn = (content: string): string =>
    `${path}.claim-${createHash('sha256').update(content).digest('hex').slice(0, 24)}`;
  writeFileSync(claimOn(dead('one')), dead('two'));
  writeFileSync(claimOn(dead('two')), dead('three'));
  expect((await takeLock(path, { runId: 'new' })).ok).toBe(true);
  expect((await lockHolder(path))?.runId).toBe('new');
  expect(litter(folder)).toEqual([]);
});

test('a folder that cannot be written is a problem, not a crash', async () => {
  const result = await takeLock(join(tempFolder(), 'gone', 'lock'), { runId: 'r' });
  expect(result).toMatchObject({ ok: false, error: { code: 'storage' } });
});

test('knows when a process started, and that a zombie has ended', async () => {
  const folder = tempFolder();
  const taker = new Taker(folder, 'r');
  await taker.says();
  const pid = taker.child.pid ?? 0;
  const started = await startTimeOf(pid);
  expect(started).toMatch(/\d/);
  expect(await startTimeOf(pid)).toBe(started);
  expect(await startTimeOf(process.pid)).not.toBeNull();
  await taker.killed();
  expect(await startTimeOf(pid)).toBeNull();
  for (const none of [0, -1, 1.5, Number.NaN, 2 ** 31 - 1]) expect(await startTimeOf(none)).toBeNull();
});
