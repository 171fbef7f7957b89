import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeSnapshot } from '../../src/adapters/journal/state.ts';
import { lockFile, teamsFolder } from '../../src/adapters/layout.ts';
import { takeLock } from '../../src/adapters/lock.ts';
import { main } from '../../src/cli/main.ts';
import { attemptStarted, eventful, tell } from '../report/story.ts';
import { runCli } from './cli.ts';
import { journalOf, makeCheckout, RUN_ID, writeRun } from './run-folder.ts';

process.env['TZ'] = 'UTC';

let root: string;
beforeEach(async () => {
  root = await makeCheckout();
});
afterEach(() => rm(root, { recursive: true }));

async function writeAttempt(
  folder: string,
  epicId: string,
  attempt: number,
  files: Record<string, string>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, 'epics', epicId, `attempt-${attempt}`, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, content);
  }
}

describe('teams logs', () => {
  test('without an epic: the journal in words', async () => {
    await writeRun(root, eventful);
    const { code, stdout } = await runCli(['logs', '--tail', '3'], root);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "10:00:25  EPIC-004  conflicts in a.txt
      10:00:26  EPIC-004  merged as 0707070 with conflicts resolved by the merger, 2 of 4
      10:00:27  teams     run failed: not merged: EPIC-002 (failed), E3 (blocked)
      "
    `);
    const all = await runCli(['logs'], root);
    expect(all.stdout.split('\n')).toHaveLength(21);
  });

  test('with an epic: the session of its latest attempt and its checks', async () => {
    const folder = await writeRun(root, [
      ...eventful.slice(0, 18),
      attemptStarted('EPIC-002', 2),
      {
        type: 'check.ended',
        epicId: 'EPIC-002',
        where: 'epic',
        command: 'npm test',
        log: 'epics/EPIC-002/attempt-2/checks/1.log',
        exitCode: 1,
        durationMs: 900,
      },
      {
        type: 'attempt.ended',
        epicId: 'EPIC-002',
        attempt: 2,
        outcome: 'failed',
        reasons: [{ rule: 'check', text: 'npm test failed' }],
        head: null,
        usage: null,
      },
    ]);
    await writeAttempt(folder, 'EPIC-002', 1, { 'session.ndjson': 'of the first attempt\n' });
    await writeAttempt(folder, 'EPIC-002', 2, {
      'session.ndjson':
        '{"type":"activity","kind":"message","text":"looking around"}\n' +
        '{"type":"activity","kind":"tool","text":"npm test\\u001b[2J"}\n' +
        '{"type":"system","session":1}\n' +
        'plain \u001b[31mred\u001b[0m text\n' +
        'cut off',
      'stderr.log': 'a warning\n',
      'checks/1.log': `${Array.from({ length: 30 }, (_, n) => `line ${n}`).join('\n')}\n\u001b[1mAssertionError\n`,
    });
    const { code, stdout } = await runCli(['logs', 'EPIC-002'], root);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "10:00:18  EPIC-002  attempt 2 starts: Billing (1 story, scripted)
      looking around
      [tool] npm test
      {"type":"system","session":1}
      plain red text
      cut off
      a warning
      10:00:19  EPIC-002  check on the epic branch: npm test failed with exit code 1, see epics/EPIC-002/attempt-2/checks/1.log
          line 11
          line 12
          line 13
          line 14
          line 15
          line 16
          line 17
          line 18
          line 19
          line 20
          line 21
          line 22
          line 23
          line 24
          line 25
          line 26
          line 27
          line 28
          line 29
          AssertionError
      10:00:20  EPIC-002  attempt 2 failed: npm test failed
      "
    `);
  });

  test.each([
    [
      'claude-2.1.329',
      [
        'I begin with a file of my own.',
        "[tool] Bash printf 'lead\\n' > lead.txt && git add lead.txt && git commit -q -m 'Add lead.txt' && git rev-parse HEAD",
        '[agent] builder: Work as builder',
      ],
    ],
    [
      'codex-0.169.0',
      [
        'I begin with a file of my own.',
        `[tool] /bin/bash -lc "printf 'lead\\\\n' > lead.txt && git add lead.txt && git commit -q -m 'Add lead.txt' && git rev-parse HEAD"`,
        expect.stringMatching(
          /^\[agent\] spawn_agent: Implement story US-001 in \/project\/repo and commit it\./,
        ),
      ],
    ],
  ])('of an agent CLI: what it did, not how its stream looks: %s', async (cli, begins) => {
    const backend = cli.split('-')[0] ?? '';
    const folder = await writeRun(root, [
      ...eventful.slice(0, 18),
      { ...attemptStarted('EPIC-002', 2), backend },
    ]);
    const stream = new URL(`../fixtures/streams/${cli}/commit.ndjson`, import.meta.url);
    await writeAttempt(folder, 'EPIC-002', 2, { 'session.ndjson': await readFile(stream, 'utf8') });
    const { stdout } = await runCli(['logs', 'EPIC-002'], root);
    expect(
      stdout
        .split('\n')
        .slice(1, 4)
        .map((line) => line.slice(0, 130)),
    ).toEqual(begins);
    expect(stdout).not.toContain('"type":');
  });

  test('an epic that was not attempted yet', async () => {
    await writeRun(root, eventful);
    const { stdout } = await runCli(['logs', 'E3'], root);
    expect(stdout).toMatchInlineSnapshot(`
      "10:00:21  E3        blocked: waits for EPIC-002, which is failed
      10:00:27  teams     run failed: not merged: EPIC-002 (failed), E3 (blocked)
      E3 has not been attempted in this run yet
      "
    `);
  });

  test('an unknown epic is exit 2 with a suggestion', async () => {
    await writeRun(root, eventful);
    expect(await runCli(['logs', 'EPIC-OO2'], root)).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: there is no epic EPIC-OO2 in this run\n  fix:   did you mean EPIC-002?\n',
    });
    const hostile = await runCli(['logs', '../../../etc/passwd'], root);
    expect([hostile.code, hostile.stdout]).toEqual([2, '']);
    expect(hostile.stderr).toContain('fix:   one of: EPIC-001, EPIC-002, E3, EPIC-004');
  });

  test('before the first run', async () => {
    const { code, stderr } = await runCli(['logs'], root);
    expect(code).toBe(2);
    expect(stderr).toContain('there has been no run here yet');
  });

  test.each([[[]], [['E1']]])('a run that was cut off before its first event says so: %j', async (epic) => {
    await writeFile(join(await writeRun(root, eventful.slice(0, 1)), 'journal.ndjson'), '');
    expect(await runCli(['logs', ...epic], root)).toEqual({
      code: 0,
      stdout: `run ${RUN_ID} was cut off before its first event was written; teams run starts a new one\n`,
      stderr: '',
    });
  });

  test.each([['logs'], ['status']])('a journal that is a folder: %s says what to do', async (command) => {
    const journal = join(teamsFolder(root), 'runs', RUN_ID, 'journal.ndjson');
    await mkdir(journal, { recursive: true });
    const end = await runCli([command], root);
    expect([end.code, end.stdout]).toEqual([3, '']);
    expect(end.stderr).toContain(
      `error: the journal of the run cannot be read\n  where: ${journal}\n  why:   EFTYPE: not a regular file, open '${journal}'\n`,
    );
    expect(end.stderr).toContain(
      `  fix:   restore the file, or set the run aside: mv '${join(journal, '..')}' `,
    );
  });

  test('a journal with a broken line is named, a torn last line is not there', async () => {
    const folder = await writeRun(root, eventful);
    await appendFile(join(folder, 'journal.ndjson'), '{"v":1,"seq":29,');
    expect((await runCli(['logs'], root)).code).toBe(0);
    await appendFile(join(folder, 'journal.ndjson'), '\n');
    const { code, stderr } = await runCli(['logs'], root);
    expect(code).toBe(3);
    expect(stderr).toContain(`where: ${join(folder, 'journal.ndjson')}:29`);
  });

  test('an event without one of its fields is a broken line, whatever command reads it', async () => {
    const folder = await writeRun(root, eventful);
    const path = join(folder, 'journal.ndjson');
    const lines = (await readFile(path, 'utf8')).split('\n');
    const broken = async (line: number, field: string): Promise<void> => {
      const event = JSON.parse(lines[line - 1] ?? '') as Record<string, unknown>;
      delete event[field];
      await writeFile(path, lines.with(line - 1, JSON.stringify(event)).join('\n'));
    };
    const told = async (argv: readonly string[], line: number, wrong: string): Promise<void> => {
      const { code, stdout, stderr } = await runCli(argv, root);
      expect([code, stdout]).toEqual([3, '']);
      expect(stderr).toContain(
        `error: line ${line} of the journal cannot be read: ${wrong}\n  where: ${path}:${line}  {"`,
      );
      expect(stderr).toContain(
        `  fix:   restore the file, or set the run aside: mv '${folder}' '${folder}.broken'`,
      );
    };
    await broken(1, 'project');
    const text = 'expected string, received undefined';
    for (const argv of [['status'], ['logs'], ['logs', 'E3']]) {
      await told(argv, 1, `project: Invalid input: ${text}`);
    }
    await broken(1, 'epics');
    await told(['status', '--json'], 1, 'epics: Invalid input: expected array, received undefined');
    await broken(17, 'command');
    await told(['logs'], 17, `command: Invalid input: ${text}`);
    expect((await runCli(['status'], root)).code).toBe(0);
  });

  test('a snapshot that somebody wrote into is named, and the command that removes it', async () => {
    const folder = await writeRun(root, eventful);
    const { state } = tell(eventful);
    await writeSnapshot(folder, state);
    expect((await runCli(['status'], root)).code).toBe(0);
    const snapshot = join(folder, 'state.json');
    const text = await readFile(snapshot, 'utf8');
    await writeFile(snapshot, text.replaceAll('"title":', '"titel":'));
    expect(await runCli(['status'], root)).toEqual({
      code: 3,
      stdout: '',
      stderr: `error: what is kept of the state of the run does not fit its journal
  where: ${snapshot}
  fix:   rm '${snapshot}'   (nothing is lost: the journal has everything)
`,
    });
  });

  test('an event that does not fit is explained as status does it, and nothing after it is shown', async () => {
    const folder = await writeRun(root, eventful.slice(0, 3));
    const path = join(folder, 'journal.ndjson');
    await appendFile(path, '{"v":1,"seq":4,"at":"2026-11-21T10:00:00Z","type":"epic.ready","epicId":"E9"}\n');
    await appendFile(
      path,
      '{"v":1,"seq":5,"at":"2026-11-21T10:00:00Z","type":"stop.requested","reason":"interrupt"}\n',
    );
    const lock = await takeLock(lockFile(teamsFolder(root)), { runId: RUN_ID });
    const aside = `mv '${folder}' '${folder}.broken'`;
    for (const argv of [['status'], ['logs'], ['logs', 'EPIC-001', '-f'], ['steer', 'EPIC-001', 'Hello']]) {
      expect(await runCli(argv, root)).toEqual({
        code: 3,
        stdout: '',
        stderr: `error: line 4 of the journal does not fit what comes before it
  where: ${path}:4
  why:   no epic E9 in this run
  fix:   restore the file, or set the run aside: ${aside} && teams run   (what it merged stays on its branch)
`,
      });
    }
    if (lock.ok) await lock.value.release();
  });
});

describe('teams logs -f', () => {
  /** Starts to follow; `until` resolves once what was printed contains a text. */
  function following(...argv: string[]) {
    let out = '';
    let waiting: (() => void) | null = null;
    const code = main(['logs', '-f', ...argv], {
      cwd: root,
      stdout: (text) => {
        out += text;
        waiting?.();
      },
      stderr: (text) => void (out += text),
      color: false,
      env: {},
    });
    const until = (text: string): Promise<void> =>
      new Promise((resolve) => {
        waiting = () => {
          if (out.includes(text)) resolve();
        };
        waiting();
      });
    return { code, until, text: () => out };
  }

  test('ends at once when nobody works on the run', async () => {
    await writeRun(root, eventful.slice(0, 7));
    const { code, text } = following();
    expect(await code).toBe(0);
    expect(text()).toContain('attempt 1 starts: Authentication');
  });

  test('goes on until the run ends', async () => {
    const folder = await writeRun(root, eventful.slice(0, 7));
    const lock = await takeLock(lockFile(teamsFolder(root)), { runId: RUN_ID });
    const { code, until, text } = following('--tail', '1');
    await until('attempt 1 starts: Authentication');
    await appendFile(join(folder, 'journal.ndjson'), journalOf(eventful, 7));
    expect(await code).toBe(0);
    expect(text().split('\n')[0]).toContain('EPIC-001  attempt 1 starts');
    expect(text().trimEnd().split('\n').at(-1)).toContain('run failed: not merged');
    if (lock.ok) await lock.value.release();
  });

  test('of an epic: goes over to its next attempt', async () => {
    const folder = await writeRun(root, eventful.slice(0, 8));
    await writeAttempt(folder, 'EPIC-002', 1, { 'session.ndjson': 'first words\n' });
    const lock = await takeLock(lockFile(teamsFolder(root)), { runId: RUN_ID });
    const { code, until, text } = following('EPIC-002');
    await until('first words');
    const session = join(folder, 'epics/EPIC-002/attempt-1/session.ndjson');
    await appendFile(session, 'more words\n');
    await until('more words');
    await appendFile(session, 'last words\n');
    await appendFile(join(folder, 'journal.ndjson'), journalOf(eventful.slice(0, 18), 8));
    await until('it is tried again');
    await writeAttempt(folder, 'EPIC-002', 2, { 'session.ndjson': 'second attempt\n' });
    await appendFile(join(folder, 'journal.ndjson'), journalOf(eventful.slice(0, 20), 18));
    await until('second attempt');
    await appendFile(join(folder, 'journal.ndjson'), journalOf(eventful, 20));
    expect(await code).toBe(0);
    expect(text()).toMatchInlineSnapshot(`
      "10:00:07  EPIC-002  attempt 1 starts: Billing (1 story, scripted)
      first words
      more words
      last words
      10:00:16  EPIC-002  check on the epic branch: npm test failed with exit code 1, see epics/EPIC-002/attempt-1/checks/1.log
      10:00:17  EPIC-002  attempt 1 failed: npm test failed with exit code 1; it is tried again
      10:00:19  EPIC-002  attempt 2 starts: Billing (1 story, scripted)
      second attempt
      10:00:20  EPIC-002  attempt 2 failed: no result file was written; red lines
      10:00:27  teams     run failed: not merged: EPIC-002 (failed), E3 (blocked)
      "
    `);
    if (lock.ok) await lock.value.release();
  });
});
