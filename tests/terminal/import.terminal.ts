import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempRepo } from '../rig/temp-repo.ts';
import { openTerminal } from './terminal.ts';

test('a PRD that is there: a question, and it stays as it is until it is answered', async () => {
  const repo = tempRepo({ files: { 'todo.md': '# Shop\n\n- [ ] Cart\n' } });
  onTestFinished(() => repo.remove());
  const prd = (): string => readFileSync(join(repo.path, 'prd.json'), 'utf8');
  const terminal = await openTerminal({ cwd: repo.path });
  await terminal.command('teams import todo.md');
  await terminal.waitFor('prd.json is written: 1 epic and 1 story new');
  await terminal.waitFor(/\[0\]$/);
  const before = prd();

  repo.write({ 'todo.md': '# Shop\n\n- [ ] Cart\n- [ ] Till\n' });
  await terminal.command('teams import todo.md');
  expect(await terminal.waitFor('leave it as it is')).toMatch(
    /prd\.json is there already\n.*● merge into it [\s\S]*○ replace it\n.*○ leave it as it is/,
  );
  await terminal.press('C-c');
  await terminal.waitFor(/\[130\]$/);
  expect(prd()).toBe(before);

  await terminal.command('teams import todo.md');
  await terminal.waitFor('leave it as it is');
  await terminal.press('Enter');
  await terminal.waitFor('prd.json is brought up to date: 0 epics and 1 story new, 1 story known');
  await terminal.waitFor(/\[0\]$/);
  expect(prd().startsWith(before.slice(0, before.indexOf('"userStories"')))).toBe(true);
});
