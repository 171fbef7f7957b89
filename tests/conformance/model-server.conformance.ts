import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { survivors } from '../rig/leftovers.ts';
import { CLI_NAMES } from './install/clis.ts';
import { ensureCli } from './install/ensure-cli.ts';
import { type Stage, openStage } from './model-server/direct.ts';
import { keepStream, keepUsage } from './model-server/fixtures.ts';
import { type Scenario, loadScenario } from './model-server/scenario.ts';

const scenario = (name: string): Scenario =>
  loadScenario(fileURLToPath(new URL(`scenarios/direct/${name}.yml`, import.meta.url)));

/** Codex offers other tools to other models, and those of its newest ones work in another way. */
const CASES = [
  ...CLI_NAMES.map((name) => [name, name, undefined] as const),
  ['codex with gpt-6-sol', 'codex', 'gpt-6-sol'] as const,
];

describe.each(CASES)('%s against the scripted model', async (_, name, model) => {
  const cli = await ensureCli(name);
  if ('skipped' in cli) {
    it.skip(cli.skipped, () => undefined);
    return;
  }
  const { path, version } = cli;
  const stages: Stage[] = [];

  /** Plays a scenario and keeps the stream under the name of it. */
  const perform = async (play: string, stop?: (stage: Stage) => boolean) => {
    const options = { ...(model !== undefined && { model }), subscription: play === 'limit' };
    const stage = await openStage(name, path, scenario(play), options);
    stages.push(stage);
    const end = await stage.run(stop === undefined ? {} : { stop: () => stop(stage) });
    keep(
      stage,
      stop === undefined || play === 'limit' || play === 'server-error' ? play : 'stopped',
      end.stdout,
    );
    return { stage, end };
  };
  const keep = (stage: Stage, play: string, stdout: string): void => {
    const as = model === undefined ? play : `${play}-${model}`;
    const folder = dirname(stage.repo.path);
    keepStream(name, version, as, stdout, folder);
    keepUsage(name, version, as, folder);
  };
  const subjects = (stage: Stage): readonly string[] =>
    stage.repo.git('log', '--format=%s').split('\n').toSorted();

  afterEach(async () => {
    for (const stage of stages.splice(0)) {
      // Not every CLI ends what it started; that is for the adapters to do.
      for (const pid of survivors(dirname(stage.repo.path))) process.kill(pid, 'SIGKILL');
      await stage.close();
    }
  });

  it(`${version} commits, by itself and by a sub-agent`, async () => {
    const { stage, end } = await perform('commit');
    expect(end.code, end.stderr).toBe(0);
    expect(subjects(stage)).toEqual(['Add builder.txt', 'Add lead.txt', 'Start']);
    expect(stage.requests.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(stage.requests.map(({ role }) => role)).toContain('builder');
  });

  it('two sub-agents at the same time', async () => {
    const { stage, end } = await perform('parallel');
    expect(end.code, end.stderr).toBe(0);
    expect(subjects(stage)).toEqual(['Add US-001.txt', 'Add US-002.txt', 'Start']);
  });

  it('a sub-agent without a model is told to the lead', async () => {
    const { stage, end } = await perform('child-fails');
    expect(end.code, end.stderr).toBe(0);
    expect(end.stdout).toContain('The builder failed.');
    expect(refusals(stage)).toBeGreaterThan(0);
  });

  // Tools are all that differs.
  if (model !== undefined) return;

  it('goes on after a short rate limit', async () => {
    const { stage, end } = await perform('rate-limited');
    expect(end.code, end.stderr).toBe(0);
    expect(refusals(stage)).toBe(1);
  });

  it('is stopped in a tool and resumed in the same session', async () => {
    const { stage, end: stopped } = await perform('resumed', ({ repo }) => old(join(repo.path, 'started')));
    expect(stopped.session).not.toBeNull();
    const end = await stage.run({
      resume: stopped.session ?? '',
      prompt: 'Go on where you were interrupted.',
    });
    keep(stage, 'resumed', end.stdout);
    expect(end.code, end.stderr).toBe(0);
    expect(end.session).toBe(stopped.session);
    expect(subjects(stage)).toEqual(['Add lead.txt', 'Start']);
  });

  // Driven through `teams run` as well, and better: alone they only make streams for the tests of the adapters.
  if (process.env['TEAMS_RECORD'] !== '1') return;

  it('an unknown key ends it', async () => {
    const { stage, end } = await perform('unauthorized');
    expect(end.code).not.toBe(0);
    expect(refusals(stage)).toBeGreaterThan(0);
  });

  it('a usage limit ends it', async () => {
    // This one waits for the reset, however long.
    const { stage, end } = await perform('limit', name === 'opencode' ? waits : undefined);
    expect(end.code === 0 && name !== 'opencode').toBe(false);
    expect(refusals(stage)).toBeGreaterThan(0);
  });

  it('a broken service ends it', async () => {
    const { stage, end } = await perform('server-error', name === 'opencode' ? waits : undefined);
    expect(end.code === 0 && name !== 'opencode').toBe(false);
    expect(refusals(stage)).toBeGreaterThan(0);
  });

  it('is told of a push that was denied', async () => {
    const { end } = await perform('denied');
    expect(end.code, end.stderr).toBe(0);
  });
});

const refusals = ({ requests }: Stage): number =>
  requests.filter(({ answer }) => typeof answer === 'number' && answer >= 400).length;

/** It was refused, and has had the time to say so. */
const waits = (stage: Stage): boolean => {
  const last = stage.requests.findLast(({ answer }) => answer !== 200);
  return last !== undefined && Date.now() - last.at > SETTLED_MS;
};

/** Long enough for the events of a tool to be out. */
const SETTLED_MS = 700;
const old = (file: string): boolean => existsSync(file) && Date.now() - statSync(file).mtimeMs > SETTLED_MS;
