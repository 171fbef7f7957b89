import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { assertNothingLeft, leftovers } from '../rig/leftovers.ts';
import { eventsOf, journal } from '../rig/run-files.ts';
import { scriptedProject } from '../rig/scripted-project.ts';
import { openTerminal } from './terminal.ts';

test('a run on a terminal: watched, stopped with Ctrl-C, and finished with resume', async () => {
  const repo = scriptedProject({
    epics: [{ id: 'A' }, { id: 'B', dependsOn: ['A'] }],
    script: { 'team-lead': { epics: { B: [{ say: 'thinking about B' }, { hang: true }] } } },
  });
  onTestFinished(() => repo.remove());
  const terminal = await openTerminal({ cwd: repo.path });

  await terminal.command('teams run');
  await terminal.waitFor(
    new RegExp(
      [
        String.raw`^rig {2}\d\S+ +running +\d+s`,
        String.raw` {2}A +merged +#1 +1/1 +\d+s +Epic A`,
        String.raw` {2}B +attempting +#1 +0/1 +\d+s +thinking about B`,
        String.raw` {2}█+░+ {2}1/2 merged$`,
      ].join('\n'),
      'm',
    ),
  );

  await terminal.press('C-c');
  const stopped = await terminal.waitFor('[130]');
  expect(stopped).toContain('rig: interrupted after');
  expect(stopped).toContain('next      teams resume');
  assertNothingLeft(repo);

  repo.write({ 'agents.json': '{}' });
  await terminal.command('teams resume');
  const passed = await terminal.waitFor(/^\[0\]/m);
  expect(passed).toMatch(/^ {2}B +merged +#2 +1\/1 +\d+s +Epic B$/m);
  expect(passed).toContain('2/2 merged, verdict pass');
  expect(eventsOf(journal(repo.path), 'merge.done').map((event) => event.epicId)).toEqual(['A', 'B']);
  assertNothingLeft(repo);
});

test('a run whose terminal is closed ends as with Ctrl-C, though a session ignores SIGTERM, and resume goes on', async () => {
  const stubborn = [
    { ignoreSigterm: true },
    { spawn: 'detached', ignoreSigterm: true },
    { story: 'A-1', write: { 'a-1.txt': 'done\n' } },
    { say: 'thinking about A-2' },
    { hang: true },
  ] as const;
  const repo = scriptedProject({
    epics: [{ id: 'A', stories: 2 }],
    script: { 'team-lead': { epics: { A: [...stubborn] } } },
  });
  onTestFinished(() => repo.remove());
  const terminal = await openTerminal({ cwd: repo.path });
  // A shell that stays, to tell how it ended.
  await terminal.command(`sh -c 'trap "" HUP; teams run; echo $? > "$HOME/code"'`);
  await terminal.waitFor('thinking about A-2');
  await terminal.hangUp();
  expect(readFileSync(join(terminal.home, 'code'), 'utf8')).toBe('130\n');
  expect(journal(repo.path).at(-1)).toMatchObject({ type: 'run.ended', outcome: 'interrupted' });
  assertNothingLeft(repo);

  repo.write({ 'agents.json': '{}' });
  const another = await openTerminal({ cwd: repo.path });
  await another.command('teams resume');
  expect(await another.waitFor(/^\[0\]/m)).toContain('1/1 merged, verdict pass');
  assertNothingLeft(repo);
});

test('a demo whose terminal is closed leaves nothing', async () => {
  const terminal = await openTerminal({ cwd: tmpdir() });
  const folders = join(terminal.home, '../tmp');
  await terminal.command('teams demo');
  await terminal.waitFor('attempting');
  expect(readdirSync(folders)).toHaveLength(1);
  await terminal.hangUp();
  expect(readdirSync(folders)).toEqual([]);
});

test('a narrow terminal that becomes wider while a run is watched', async () => {
  const repo = scriptedProject({
    epics: [{ id: 'A' }],
    script: { 'team-lead': { default: [{ say: 'thinking about it for a long while' }, { hang: true }] } },
  });
  onTestFinished(() => repo.remove());
  const terminal = await openTerminal({ cwd: repo.path, columns: 40, rows: 12 });
  await terminal.command('teams run');
  await terminal.waitFor(/attempting/);
  await terminal.resize(100, 20);
  await terminal.waitFor('thinking about it for a long while');
  await terminal.press('C-c');
  await terminal.waitFor('[130]');
  assertNothingLeft(repo);
});

test('a window that becomes smaller and larger again keeps nothing of what a run showed, and all that was there before', async () => {
  const ids = Array.from({ length: 12 }, (_, n) => `E${n + 1}`);
  const repo = scriptedProject({
    epics: ids.map((id) => ({ id, more: { title: 'A title that is wide, '.repeat(9) } })),
    script: { 'team-lead': { default: [{ hang: true }] } },
  });
  onTestFinished(() => repo.remove());
  const terminal = await openTerminal({ cwd: repo.path, columns: 160, rows: 30 });
  await terminal.command('seq -f before%g 20; teams run');
  const widest = await terminal.waitFor(
    /^ {2}E1 +attempting[\s\S]*^ {2}E12 .{140,}…$[\s\S]*attempt 1 starts/m,
  );
  expect(widest).not.toContain('before');
  await terminal.resize(50, 10);
  const narrow = await terminal.waitFor(/^ {2}… \d+ waiting|^ {2}… \d+ ready/m);
  expect(narrow.split('\n')[0]).toMatch(/^rig {2}\d+-\S+ +running {2}\d+s$/);
  for (const line of narrow.split('\n')) expect(line.length).toBeLessThanOrEqual(50);
  await terminal.resize(160, 30);
  await terminal.waitFor(/^ {2}E12 .{140,}…$/m);
  await terminal.press('C-c');
  await terminal.waitFor('[130]');
  const all = await terminal.scrollback();
  expect(all.split('\n').slice(0, 22)).toEqual([
    ...Array.from({ length: 20 }, (_, n) => `before${n + 1}`),
    expect.stringMatching(/^rig {2}\d+-\S+ +interrupted {2}\d+s$/),
    expect.stringMatching(/^ {2}E1 +ready +#1/),
  ]);
  expect(all.match(/^rig {2}/gm)).toHaveLength(1);
  assertNothingLeft(repo);
});

test('Ctrl-Z leads to the shell, and fg back to the run', async () => {
  const repo = scriptedProject({
    epics: [{ id: 'A' }],
    script: { 'team-lead': { default: [{ say: 'thinking about A' }, { hang: true }] } },
  });
  onTestFinished(() => repo.remove());
  const terminal = await openTerminal({ cwd: repo.path });
  await terminal.command('echo before; teams run');
  await terminal.waitFor('thinking about A');
  await terminal.press('C-z');
  expect(await terminal.waitFor(/\[1\d\d\]$/)).toMatch(/^before\n/);
  await terminal.type('fg');
  await terminal.press('Enter');
  expect(await terminal.waitFor('thinking about A')).toMatch(/^rig {2}\d+-\S+ +running/);
  await terminal.press('C-c');
  expect(await terminal.waitFor('[130]')).toContain('rig: interrupted after');
  assertNothingLeft(repo);
});

test('Ctrl-C twice ends a run at once, and what to do then is seen', async () => {
  const repo = scriptedProject({
    epics: [{ id: 'A' }],
    script: { 'team-lead': { default: [{ ignoreSigterm: true }, { say: 'stubborn' }, { hang: true }] } },
    config: { timeouts: { grace: '2m' } },
  });
  onTestFinished(() => repo.remove());
  const terminal = await openTerminal({ cwd: repo.path });
  await terminal.command('teams run');
  await terminal.waitFor('stubborn');
  await terminal.press('C-c');
  await terminal.waitFor('Ctrl-C again');
  await terminal.press('C-c');
  expect(await terminal.waitFor('[130]')).toMatch(
    /^rig {2}\d+-\S+ +stopping[^]*\nended at once; teams resume goes on with the run\n\[130\]$/,
  );
  // The rest is for resume.
  expect(leftovers(repo).processes).toEqual([]);
});

test('a run in the background leaves the terminal to the shell, and tells its news in lines', async () => {
  const repo = scriptedProject({
    epics: [{ id: 'A' }],
    script: { 'team-lead': { default: [{ say: 'thinking about A' }, { hang: true }] } },
  });
  onTestFinished(() => repo.remove());
  const terminal = await openTerminal({ cwd: repo.path });
  await terminal.command('teams run &');
  expect(await terminal.waitFor(/^\d\d:\d\d:\d\d {2}A {6}attempt 1 starts/m)).not.toContain('running');
  await terminal.type('fg');
  await terminal.press('Enter');
  await terminal.waitFor(/^fg\nteams run/m);
  await terminal.press('C-c');
  expect(await terminal.waitFor('[130]')).toContain('rig: interrupted after');
  assertNothingLeft(repo);
});
