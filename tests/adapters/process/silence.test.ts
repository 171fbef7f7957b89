import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLog } from '../../../src/adapters/process/bounded-log.ts';
import { redactor } from '../../../src/adapters/process/redactor.ts';
import { type ChildEnd, runChild } from '../../../src/adapters/process/child.ts';

const IDLE = 600;

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'teams-silence-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const sign = (): string => join(folder, 'sign');

async function run(script: string, lastSign: () => Promise<number | null>): Promise<ChildEnd> {
  const logs = { stdout: openLog(join(folder, 'out')), stderr: openLog(join(folder, 'err')) };
  const request = {
    argv: ['sh', '-c', script] as const,
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '' },
    stdinFile: null,
    mark: [`TEAMS_TEST=${folder}`],
    limits: { total: 60_000, idle: IDLE },
    lastSign,
    stopSignal: 'SIGTERM' as const,
    patience: 1_000,
    redact: () => redactor([]),
    logs,
    started: () => undefined,
    output: () => undefined,
  };
  const end = await runChild(request, new AbortController().signal);
  await Promise.all([logs.stdout.close(), logs.stderr.close()]);
  return end;
}

it('goes on while a silent process writes a file, and ends it when it writes none any more', async () => {
  let asked = 0;
  const begin = performance.now();
  const end = await run('while [ ! -e enough ]; do touch sign; sleep 0.05; done; sleep 1000', async () => {
    asked += 1;
    if (asked === 3) writeFileSync(join(folder, 'enough'), '');
    return statSync(sign()).mtimeMs;
  });
  expect(end).toMatchObject({ cause: 'idle', signal: 'SIGTERM' });
  expect(asked).toBeGreaterThan(3);
  expect(performance.now() - begin).toBeGreaterThan(3 * IDLE);
});

it('may end by itself while that is asked', async () => {
  const answers: ((sign: null) => void)[] = [];
  const end = await run('while [ ! -e enough ]; do sleep 0.02; done', () => {
    writeFileSync(join(folder, 'enough'), '');
    return new Promise((resolve) => answers.push(resolve));
  });
  answers[0]?.(null);
  expect(end).toMatchObject({ cause: 'exit', exitCode: 0 });
});

it.each([
  ['nothing is known', async () => null],
  ['the last sign is old', async () => Date.now() - 2 * IDLE],
])('ends a silent process when %s', async (_, lastSign) => {
  expect(await run('sleep 1000', lastSign)).toMatchObject({ cause: 'idle' });
});

it('is not fooled for longer than one idle time by a sign of the future', async () => {
  let asked = 0;
  const end = await run('sleep 1000', async () => (++asked === 1 ? Date.now() + 3_600_000 : null));
  expect(end).toMatchObject({ cause: 'idle' });
  expect(asked).toBe(2);
});
