import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventsOf, journal, runFolder } from '../rig/run-files.ts';
import { ensureCli } from './install/ensure-cli.ts';
import { expectNothingLeft, openTeamStage, type TeamStage } from './team-stage.ts';

const [claude, codex, copilot] = await Promise.all([
  ensureCli('claude'),
  ensureCli('codex'),
  ensureCli('copilot'),
]);
const skipped = [claude, codex, copilot].flatMap((cli) => ('skipped' in cli ? cli.skipped : []));
const programOf = (cli: typeof claude): string => ('path' in cli ? cli.path : '');

describe.skipIf(skipped.length > 0)(skipped[0] ?? 'a team of several CLIs, through teams run', () => {
  let stage: TeamStage;
  /** Each session of the run: what it was for and on which backend. */
  const sessions = (): readonly string[] =>
    eventsOf(journal(stage.repo.path), 'process.started').flatMap(({ role, epicId, backend }) =>
      backend === null ? [] : `${role} of ${epicId ?? 'the run'}: ${backend}`,
    );
  afterEach(async () => {
    try {
      expectNothingLeft(stage);
    } finally {
      await stage.close();
    }
  });

  it('has a backend for the leads, another for one epic, and that of the run for the verdict', async () => {
    stage = await openTeamStage('copilot', programOf(copilot), 'mixed', {
      others: [
        { name: 'claude', binary: programOf(claude), scenario: 'mixed' },
        { name: 'codex', binary: programOf(codex), scenario: 'mixed' },
      ],
      epics: [{ id: 'E1' }, { id: 'E2', more: { backend: 'codex' } }],
      config: { parallel: 2, backendFor: { teamLead: 'claude' } },
    });
    const end = await stage.start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(sessions().toSorted()).toEqual([
      'final-validator of the run: copilot',
      'team-lead of E1: claude',
      'team-lead of E2: codex',
    ]);
    expect(eventsOf(journal(stage.repo.path), 'validation.ended')).toMatchObject([{ outcome: 'pass' }]);
  });

  it('goes on with the next one when a limit is reached, and with the one after it when that is not logged in', async () => {
    stage = await openTeamStage('claude', programOf(claude), 'limit', {
      others: [
        { name: 'codex', binary: programOf(codex), scenario: 'unauthorized' },
        { name: 'copilot', binary: programOf(copilot), scenario: 'limit' },
      ],
      epics: [{ id: 'E1' }],
      config: {
        fallback: ['codex', 'copilot'],
        attempts: { epic: 1 },
        validation: { final: 'never' },
        models: { teamLead: 'opus' },
      },
      subscription: true,
    });
    const end = await stage.start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(sessions()).toEqual([
      'team-lead of E1: claude',
      'team-lead of E1: codex',
      'team-lead of E1: copilot',
    ]);
    const events = journal(stage.repo.path);
    expect(eventsOf(events, 'backend.paused')).toMatchObject([
      { backend: 'claude', kind: 'rate-limit', until: expect.any(String) },
      { backend: 'codex', kind: 'auth', until: null },
    ]);
    expect(eventsOf(events, 'attempt.ended').map(({ outcome }) => outcome)).toEqual([
      'interrupted',
      'interrupted',
      'passed',
    ]);
    // A model of one is unknown to the others.
    const argv = (attempt: number): string =>
      readFileSync(join(runFolder(stage.repo.path), `epics/E1/attempt-${attempt}/argv.json`), 'utf8');
    expect([1, 2, 3].map((attempt) => argv(attempt).includes('"opus"'))).toEqual([true, false, false]);
    // What the first one had committed is what was merged.
    expect(stage.repo.git('log', '--all', '--format=%s', '--', 'E1-1.txt')).toBe('Build E1-1');
  });
});
