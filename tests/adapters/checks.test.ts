import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createChecks } from '../../src/adapters/checks.ts';
import { secretsOf } from '../../src/adapters/secrets.ts';
import { DEFAULTS } from '../../src/domain/config.ts';
import { pidsWithEnvironment } from '../../src/adapters/process/proc-fs.ts';
import type { CheckEnd } from '../../src/engine/ports.ts';

const before = { ...process.env };
let folder: string;
const runId = `check-${process.pid}`;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'teams-check-'));
});
afterEach(() => {
  process.env = { ...before };
  expect(pidsWithEnvironment([`TEAMS_RUN_ID=${runId}`])).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

function run(command: string, timeout = 60_000, stop = new AbortController()): Promise<CheckEnd> {
  const request = { runId, command, cwd: folder, log: join(folder, 'log'), timeout, env: { EXTRA: 'yes' } };
  const watch = { started: () => command.includes('stop me') && stop.abort() };
  return createChecks({ grace: 600, secrets: secretsOf(DEFAULTS) }).run(request, watch, stop.signal);
}

it('runs the text of the person in a shell, with both streams in the log', async () => {
  const end = await run('echo "one  two" && echo err >&2 && pwd && exit 4');
  expect(end).toEqual({
    exitCode: 4,
    cause: 'exit',
    durationMs: expect.any(Number),
    tail: expect.any(String),
  });
  expect(end.tail.split('\n').toSorted()).toEqual([folder, 'err', 'one  two'].toSorted());
  expect(readFileSync(join(folder, 'log'), 'utf8')).toContain('one  two\n');
});

it('has the environment of the person without what is meant for teams or for hooks of git', async () => {
  process.env['MY_OWN'] = 'kept';
  process.env['TEAMS_PARALLEL'] = '3';
  process.env['GIT_DIR'] = '/elsewhere';
  process.env['GIT_INDEX_FILE'] = '/elsewhere/index';
  const { tail } = await run('echo "$MY_OWN $EXTRA [$TEAMS_PARALLEL$GIT_DIR$GIT_INDEX_FILE] $TEAMS_RUN_ID"');
  expect(tail).toBe(`kept yes [] ${runId}`);
});

it('has no standard input', async () => {
  expect((await run('cat; echo end')).tail).toBe('end');
});

it('is ended by its time limit and by a stop, with all that it started', async () => {
  expect(await run('setsid sleep 1000 & sleep 1000', 150)).toMatchObject({
    cause: 'timeout',
    exitCode: null,
  });
  expect(await run('trap "" TERM; while :; do sleep 1000; done # stop me')).toMatchObject({
    cause: 'stopped',
    exitCode: null,
  });
});

it('is run as often at a time as anybody likes, and node warns of nothing', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  const stop = new AbortController();
  await Promise.all(Array.from({ length: 12 }, () => run('true', 60_000, stop)));
  process.off('warning', note);
  expect(warnings).toEqual([]);
});

it('goes on and says so when its log cannot be written', async () => {
  mkdirSync(join(folder, 'log'));
  const end = await run('echo hello');
  expect(end).toMatchObject({ exitCode: 0, cause: 'exit' });
  expect(end.tail).toMatch(/^hello\n+the log .* is incomplete: EISDIR/);
});

it('writes and tells no secret of the environment that it has', async () => {
  process.env['DEPLOY_KEY'] = 'k-1234567890';
  process.env['DATABASE_URL'] = 'postgres://ada:pass-word-1@db.example.invalid/app';
  const end = await run('echo "key $DEPLOY_KEY"; echo "$DATABASE_URL" >&2; exit 1');
  const said = [
    'key [redacted: DEPLOY_KEY]',
    'postgres://ada:[redacted: DATABASE_URL]@db.example.invalid/app',
  ];
  expect(end.tail.split('\n').toSorted()).toEqual(said);
  expect(readFileSync(join(folder, 'log'), 'utf8').trim().split('\n').toSorted()).toEqual(said);
});
