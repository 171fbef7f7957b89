import { expect, onTestFinished, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { scriptedProject } from '../rig/scripted-project.ts';
import { openTerminal } from './terminal.ts';

test('a task that is planned, agreed to, and brought into the branch that is checked out', async () => {
  const repo = scriptedProject({ epics: [{ id: 'A' }] });
  onTestFinished(() => repo.remove());
  const terminal = await openTerminal({ cwd: repo.path, columns: 100, rows: 50 });
  const question = /Bring the work into main once it has passed every check\?[^]*● Yes/;
  const agree = /Mend the typo\n\n## US-001\n\n[^]*Agree to the plan of task-\w+\?[^]*Enter: confirm/;
  const command = 'teams task Mend the typo --here --plan';

  await terminal.command(command);
  await terminal.waitFor(question);
  await terminal.press('Right', 'Enter');
  await terminal.waitFor(/nothing was done\n\[0\]/);
  await terminal.command(command);
  await terminal.waitFor(question);
  await terminal.press('C-c');
  await terminal.waitFor(/nothing was done\n\[130\]/);

  await terminal.command(command);
  await terminal.waitFor(question);
  await terminal.press('Enter');
  await terminal.waitFor(agree);
  await terminal.press('Up', 'Enter');
  await terminal.waitFor(/without an agreed plan nothing is done\n\[0\]/);
  expect(repo.git('branch', '--list', 'teams/*')).toBe('');

  await terminal.command(command);
  await terminal.waitFor(question);
  await terminal.press('Enter');
  await terminal.waitFor(agree);
  await terminal.press('Enter');
  await terminal.waitFor(/landing {3}main is at \w{7}\n[\s\S]*\n\[0\]/);
  expect(repo.git('log', '-1', '--format=%s')).toMatch(/^task-\w{6}: Mend the typo$/);
  expect(repo.git('status', '--porcelain')).toBe('');
  assertNothingLeft(repo);
});
