import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { leftovers, survivors } from '../rig/leftovers.ts';
import { eventsOf, journal } from '../rig/run-files.ts';
import { scriptedProject } from '../rig/scripted-project.ts';
import { startTeams, teams } from '../rig/teams.ts';

test('an error that nobody catches ends the sessions too, and resume goes on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'teams-uncaught-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const fault = join(folder, 'fault.cjs');
  writeFileSync(fault, "process.on('SIGUSR2', () => { throw new Error('boom'); });\n");
  const repo = scriptedProject({
    epics: [{ id: 'A' }],
    script: { 'team-lead': { default: [{ hang: true }] } },
  });
  onTestFinished(() => repo.remove());
  const run = startTeams(['run', '--json'], { cwd: repo.path, env: { NODE_OPTIONS: `--require=${fault}` } });
  onTestFinished(() => {
    for (const pid of survivors(runId)) process.kill(pid, 'SIGKILL');
  });
  await run.waitForLine(/"type":"session.opened"/);
  const runId = eventsOf(journal(repo.path), 'run.started')[0]?.runId ?? '';
  expect(survivors(runId)).not.toEqual([]);
  run.kill('SIGUSR2');
  const { code, stderr } = await run.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^this is a bug in teams, please report it with the lines below\nError: boom\n/);
  expect(leftovers(repo)['processes']).toEqual([]);
  repo.write({ 'agents.json': '{}' });
  expect(await teams(['resume'], { cwd: repo.path })).toMatchObject({ code: 0 });
});
