import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { allPids, factsOf, pidsWithEnvironment } from '../../../src/adapters/process/proc-fs.ts';
import { type Running, SessionRig } from './session-rig.ts';

let rig: SessionRig;
beforeEach(() => {
  rig = new SessionRig();
});
afterEach(() => {
  // Whatever a test did: nothing of its sessions is alive.
  expect(pidsWithEnvironment([`TEAMS_RUN_ID=${rig.runId}`])).toEqual([]);
  rig.remove();
});

describe('a session', () => {
  it('tells its exit code, its start and what it said last', async () => {
    const session = rig.start(rig.sh('echo plain; echo "bad \u001b[31mthing" >&2; exit 3'));
    const end = await session.end;
    expect(end).toEqual({
      cause: 'exit',
      exitCode: 3,
      signal: null,
      usage: null,
      failure: null,
      tail: expect.any(String),
    });
    expect(end.tail.split('\n').toSorted()).toEqual(['bad thing', 'plain']);
    expect(session.started).toEqual([{ pid: expect.any(Number), startTime: expect.stringMatching(/\S/) }]);
    expect(session.file('session.ndjson')).toBe('plain\n');
    expect(session.file('stderr.log')).toBe('bad \u001b[31mthing\n');
  });

  it('tells the signal that ended it', async () => {
    expect(await rig.start(rig.sh('kill -KILL $$')).end).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
  });

  it('that cannot be started ends as in a shell', async () => {
    const missing = { command: ['./not-there'], stdin: 'none' as const, env: [] };
    const end = await rig.start(missing).end;
    expect(end).toMatchObject({ cause: 'exit', exitCode: 127 });
    expect(end.tail).toContain('ENOENT');
    writeFileSync(join(rig.root, 'plain.txt'), 'no program');
    chmodSync(join(rig.root, 'plain.txt'), 0o644);
    const refused = await rig.start({ command: ['./plain.txt'], stdin: 'none', env: [] }).end;
    expect(refused).toMatchObject({ cause: 'exit', exitCode: 126 });
  });

  it('says which roles the repository defines itself', async () => {
    const path = process.env['PATH'];
    const bin = join(rig.root, 'bin');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'claude'),
      '#!/bin/sh\necho \'{"type":"result","subtype":"success"}\'\nexec cat >/dev/null\n',
      { mode: 0o755 },
    );
    mkdirSync(join(rig.root, '.claude/agents'), { recursive: true });
    writeFileSync(join(rig.root, '.claude/agents/builder.md'), '---\nname: builder\n---\n');
    try {
      process.env['PATH'] = `${bin}:${path}`;
      const session = rig.start(rig.sh(''), { backend: 'claude', role: 'team-lead' });
      expect(await session.end).toMatchObject({ exitCode: 0 });
      expect(session.notices).toEqual([
        'The repository defines the role builder itself, in .claude/agents/builder.md: it is used.',
      ]);
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('turns lines of the protocol into activities and usage', async () => {
    const lines = [
      '{"type":"activity","kind":"tool","text":"npm test\\u001b[2J"}',
      '{"type":"usage","inputTokens":10,"outputTokens":2,"costUsd":0.5}',
      '{"type":"usage","inputTokens":1,"outputTokens":5}',
      '{"type":"activity","kind":"nonsense","text":"x"}',
      'hello',
    ];
    writeFileSync(join(rig.root, 'lines'), lines.join('\n'));
    const session = rig.start(rig.sh('cat lines'));
    const end = await session.end;
    expect(end.usage).toEqual({ inputTokens: 11, outputTokens: 7, costUsd: 0.5 });
    const at = { role: 'planner', epicId: 'EPIC-001' };
    expect(session.activities).toEqual([
      { ...at, kind: 'tool', text: 'npm test' },
      { ...at, kind: 'message', text: lines[3] },
      { ...at, kind: 'message', text: 'hello' },
    ]);
  });

  it.each([
    ['each key in its own time', ['"inputTokens":10', '"outputTokens":2', '"costUsd":0.5'], [10, 2, 0.5]],
    [
      'a cost that is not known at first',
      ['"inputTokens":10,"costUsd":null', '"costUsd":3'],
      [10, null, null],
    ],
    [
      'a cost that is not known at last',
      ['"costUsd":3', '"inputTokens":10,"costUsd":null'],
      [10, null, null],
    ],
    [
      'nonsense, which may be much',
      ['"inputTokens":10', '"inputTokens":-5,"costUsd":"free"'],
      [null, null, null],
    ],
    ['nothing', ['"more":1'], [null, null, null]],
  ])('is not taken to have spent a part of what it spent: %s', async (_, told, sum) => {
    writeFileSync(join(rig.root, 'lines'), told.map((keys) => `{"type":"usage",${keys}}\n`).join(''));
    const { usage } = await rig.start(rig.sh('cat lines')).end;
    expect([usage?.inputTokens, usage?.outputTokens, usage?.costUsd]).toEqual(sum);
  });

  it('may write huge lines and bytes that are no text', async () => {
    const script =
      'head -c 3000000 /dev/zero | tr "\\0" x; echo; head -c 100000 /dev/urandom; echo; echo {\\"type\\":\\"usage\\",\\"inputTokens\\":7}; echo last';
    const session = rig.start(rig.sh(script));
    const end = await session.end;
    expect(end).toMatchObject({ cause: 'exit', exitCode: 0, usage: { inputTokens: 7 } });
    expect(end.tail.endsWith('last')).toBe(true);
    expect(end.tail.length).toBeLessThanOrEqual(2_000);
    expect(end.tail).not.toContain('xxxxx');
    expect(statSync(join(session.request.folder, 'session.ndjson')).size).toBeGreaterThan(3_100_000);
  });

  it('gets the prompt on stdin when asked for, otherwise nothing', async () => {
    expect((await rig.start(rig.sh('cat', { stdin: 'prompt' })).end).tail).toBe('the prompt');
    expect((await rig.start(rig.sh('cat')).end).tail).toBe('');
  });

  it('gets each placeholder as one argument', async () => {
    const command = [
      'sh',
      '-c',
      'printf "%s\\n" "$@"',
      'x',
      '--file={prompt_file}',
      '{role} {model}',
      '{epic_id}{other}',
    ];
    const session = rig.start({ command, stdin: 'none', env: [] }, { model: '$(id) "q"', epicId: '-rf' });
    expect((await session.end).tail.split('\n')).toEqual([
      `--file=${session.request.promptFile}`,
      'planner $(id) "q"',
      '-rf{other}',
    ]);
  });
});

describe('a file that a session needs and that the system refuses', () => {
  it.each([
    ['argv.json', 'none' as const],
    ['prompt.md', 'prompt' as const],
  ])('is a problem of the disk, told with its path: %s', async (name, stdin) => {
    const folder = join(rig.root, 'refused');
    // Whoever may write everywhere cannot write over a folder, nor read what is not there.
    if (name === 'argv.json') mkdirSync(join(folder, name), { recursive: true });
    else mkdirSync(folder);
    const promptFile = join(folder, 'prompt.md');
    const session = rig.start(rig.sh('', { stdin }), { folder, promptFile });
    await expect(session.end).rejects.toMatchObject({
      name: 'StorageError',
      problem: { code: 'storage', where: join(folder, name) },
    });
  });

  it('is one as well when the prompt is said to the agent', async () => {
    const promptFile = join(rig.root, 'not-there.md');
    const session = rig.start(rig.script([]), { promptFile });
    await expect(session.end).rejects.toMatchObject({
      name: 'StorageError',
      problem: {
        where: promptFile,
        what: 'cannot write the files of the run: the file or its folder is gone',
      },
    });
  });
});

describe('the environment of a session', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  it('is an allow-list, the names of the backend, and the contract', async () => {
    process.env['SECRET_TOKEN'] = 'hidden-value';
    process.env['MY_TOKEN'] = 'passed-value';
    process.env['TEAMS_PARALLEL'] = '9';
    process.env['GIT_DIR'] = '/elsewhere';
    process.env['GIT_AUTHOR_NAME'] = 'Somebody';
    const session = rig.start(rig.sh('env > env.txt', { env: ['MY_TOKEN'] }));
    await session.end;
    const text = session.file('../env.txt');
    const env = Object.fromEntries(
      text.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2)) as [string, string][],
    );
    expect(env).toMatchObject({
      PATH: process.env['PATH'],
      MY_TOKEN: 'passed-value',
      GIT_AUTHOR_NAME: 'Somebody',
      GIT_TERMINAL_PROMPT: '0',
      TEAMS_ROLE: 'planner',
      TEAMS_RUN_ID: rig.runId,
      TEAMS_EPIC_ID: 'EPIC-001',
      TEAMS_ATTEMPT: '1',
      TEAMS_WORKTREE: rig.root,
      TEAMS_PROMPT_FILE: session.request.promptFile,
      TEAMS_EPIC_FILE: session.request.epicFile,
      TEAMS_RESULT_PATH: session.request.resultPath,
      TEAMS_PRD_FILE: session.request.prdFile,
    });
    for (const name of ['SECRET_TOKEN', 'TEAMS_PARALLEL', 'GIT_DIR']) expect(env).not.toHaveProperty(name);
    const record = session.file('argv.json');
    expect(record).not.toMatch(/hidden-value|passed-value/);
    expect(JSON.parse(record)).toMatchObject({ v: 1, argv: ['sh', '-c', 'env > env.txt'], cwd: rig.root });
  });
});

describe('a secret that the agent was given', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is in nothing that is written or shown, however it comes', async () => {
    const secret = 'sk-"live"-0123456789';
    vi.stubEnv('MY_VALUE', secret);
    const agent = `
      const secret = process.env.MY_VALUE;
      process.stdout.write('cut ' + secret.slice(0, 9));
      process.stderr.write('half ' + secret.slice(0, 3));
      const waiting = setInterval(() => {
        if (!require('fs').existsSync('go')) return;
        clearInterval(waiting);
        process.stdout.write(secret.slice(9) + ' here\\n');
        process.stderr.write(secret.slice(3) + ' there');
        console.log(JSON.stringify({ type: 'activity', kind: 'tool', text: 'curl -H ' + secret }));
        console.log(JSON.stringify({ type: 'failure', kind: 'auth', text: secret }));
      }, 5);`;
    const command = ['node', '-e', agent, secret] as const;
    const session = rig.start({ command: [...command], stdin: 'none', env: ['MY_VALUE'] });
    // The first halves have arrived, in chunks of their own.
    await vi.waitFor(() => {
      expect(session.file('session.ndjson')).toBe('cut ');
      expect(session.file('stderr.log')).toBe('half ');
    }, 20_000);
    writeFileSync(join(rig.root, 'go'), '');
    const end = await session.end;
    const hidden = '[redacted: MY_VALUE]';
    expect(session.activities.map(({ text }) => text)).toEqual([`cut ${hidden} here`, `curl -H ${hidden}`]);
    expect(end.tail).toContain(`${hidden} there`);
    expect(session.file('session.ndjson')).toContain(`"text":"curl -H ${hidden}"`);
    expect(session.file('stderr.log')).toBe(`half ${hidden} there`);
    expect(JSON.parse(session.file('argv.json'))).toMatchObject({ argv: [...command.slice(0, 3), hidden] });
    const shown = JSON.stringify([end, session.activities]);
    const written = ['session.ndjson', 'stderr.log', 'argv.json'].map((name) => session.file(name)).join('');
    for (const text of [shown, written]) expect(text).not.toMatch(/live|0123456789/);
  });
});

/** As a grace time: whoever waits for a part of it runs into the time limit of the test. */
const AN_HOUR = 3_600_000;

describe('the end of a session', () => {
  it('comes after a third of the grace time on a stop when it and its grandchildren ignore SIGTERM', async () => {
    const steps = [
      { ignoreSigterm: true },
      { spawn: 'group', ignoreSigterm: true },
      { spawn: 'detached', ignoreSigterm: true },
      { spawn: 'detached' },
      { say: 'busy' },
      { hang: true },
    ];
    const session = rig.start(rig.script(steps), {}, 3_000);
    await session.said('busy');
    const begin = performance.now();
    session.stop();
    expect(await session.end).toMatchObject({ cause: 'stopped', exitCode: null, signal: 'SIGKILL' });
    expect(performance.now() - begin).toBeGreaterThanOrEqual(990);
  });

  it('comes at once on a stop when it listens', async () => {
    const session = rig.start(rig.script([{ spawn: 'group' }, { say: 'busy' }, { hang: true }]), {}, AN_HOUR);
    await session.said('busy');
    session.stop();
    expect(await session.end).toMatchObject({ cause: 'stopped', signal: 'SIGTERM' });
  });

  it('comes before the beginning when the stop came first', async () => {
    const session = rig.start(rig.sh('echo never'));
    session.stop();
    expect(await session.end).toMatchObject({ cause: 'stopped', exitCode: null, tail: '' });
    expect(session.started).toEqual([]);
  });

  it.each<[string, object[] | string]>([
    ['a grandchild in the group', [{ spawn: 'group' }]],
    ['a grandchild in a session of its own that holds stdout open', [{ spawn: 'detached' }]],
    ['a grandchild without our mark', 'env -i sleep 1000 & echo started'],
  ])('leaves nothing alive after a normal exit: %s', async (_name, how) => {
    const session = rig.start(typeof how === 'string' ? rig.sh(how) : rig.script(how), {}, AN_HOUR);
    expect(await session.end).toMatchObject({ cause: 'exit', exitCode: 0 });
    expect(aliveInGroup(session)).toEqual([]);
  });

  it('kills leftovers that ignore SIGTERM', async () => {
    const session = rig.start(rig.script([{ spawn: 'detached', ignoreSigterm: true }]), {}, 600);
    expect(await session.end).toMatchObject({ cause: 'exit', exitCode: 0 });
  });

  it('does not wait for a process that hid from us and holds stdout open', async () => {
    const hidden =
      'env -i setsid sh -c "echo \\$\\$ > hidden.pid; exec sleep 1000" & while [ ! -s hidden.pid ]; do :; done';
    const session = rig.start(rig.sh(hidden));
    expect(await session.end).toMatchObject({ cause: 'exit', exitCode: 0 });
    process.kill(Number(session.file('../hidden.pid')), 'SIGKILL');
  });

  it('comes after the time limit', async () => {
    const chatty = rig.start(rig.sh('while :; do echo on; sleep 0.05; done'), {
      limits: { total: 400, idle: 300 },
    });
    expect(await chatty.end).toMatchObject({ cause: 'epic-timeout', signal: 'SIGTERM' });
  });

  it('comes after idle time, counted from the last output on either stream', async () => {
    const begin = performance.now();
    const script = 'for i in 1 2 3 4; do echo on >&2; sleep 0.5; done; sleep 1000';
    const silent = rig.start(rig.sh(script), { limits: { total: 60_000, idle: 1_700 } });
    expect(await silent.end).toMatchObject({ cause: 'idle-timeout', tail: 'on\non\non\non' });
    expect(performance.now() - begin).toBeGreaterThan(3_000);
  });
});

/** Zombies do not count: their parent is not us, and may take its time to ask for their exit code. */
function aliveInGroup({ started }: Running): readonly number[] {
  const members = allPids().filter((pid) => factsOf(pid)?.group === started[0]?.pid);
  return members.filter((pid) => factsOf(pid)?.zombie === false);
}
