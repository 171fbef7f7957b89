import { describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { columnsOf, contextOf, wantsColor } from '../../src/cli/output.ts';
import { runCli } from './cli.ts';

const run = (...argv: string[]) => runCli(argv, '/');

describe('usage errors', () => {
  test('an unknown command is exit 2 with a suggestion', async () => {
    expect(await run('statsu')).toEqual({
      code: 2,
      stdout: '',
      stderr: "error: unknown command 'statsu'\n(Did you mean status?)\n(teams --help shows what there is)\n",
    });
  });

  test('an unknown option is exit 2 with a suggestion', async () => {
    const { code, stderr } = await run('run', '--paralel', '3');
    expect([code, stderr]).toEqual([
      2,
      "error: unknown option '--paralel'\n(Did you mean --parallel?)\n(teams run --help shows what there is)\n",
    ]);
  });

  test.each([
    [['run', '--parallel', '0'], 'A whole number from 1 is needed.'],
    [['run', '--parallel', 'many'], 'A whole number from 1 is needed.'],
    [['run', '--max-epics', '-3'], 'A whole number from 1 is needed.'],
    [['run', '--land', 'now'], 'Allowed choices are merge, leave.'],
    [['run', '--base'], "option '--base <ref>' argument missing"],
    [['run', 'a.json', 'b.json'], 'too many arguments'],
    [['logs', '--tail', '1.5'], 'A whole number from 1 is needed.'],
    [['resume', 'EPIC-001'], 'too many arguments'],
  ])('%j', async (argv, message) => {
    const { code, stdout, stderr } = await run(...argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  test('help for a command below another is named whole', async () => {
    expect((await run('agents', 'show')).stderr).toBe(
      "error: missing required argument 'role'\n(teams agents show --help shows what there is)\n",
    );
  });

  test('no command at all shows the help on stderr', async () => {
    const { code, stdout, stderr } = await run();
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: teams');
  });

  test('what a person typed is not handed back raw', async () => {
    const { stderr } = await run('\u001b[2Jx');
    expect(stderr).not.toContain('\u001b');
  });
});

test('help names every command', async () => {
  const { code, stdout, stderr } = await run('--help');
  expect([code, stderr]).toEqual([0, '']);
  const commands = stdout.slice(stdout.indexOf('Commands:')).match(/^ {2}(\w+)/gm);
  expect(commands?.map((name) => name.trim())).toEqual([
    'init',
    'setup',
    'import',
    'plan',
    'task',
    'run',
    'resume',
    'reset',
    'demo',
    'status',
    'summary',
    'logs',
    'steer',
    'validate',
    'config',
    'doctor',
    'agents',
    'completion',
    'help',
  ]);
});

test('an error that carries a problem is exit 3, anything else is a bug of ours', async () => {
  const problem = { code: 'no-space', what: 'the disk is full', fix: 'make room' };
  const failWith = (error: unknown) => {
    let stderr = '';
    const context = {
      cwd: '/',
      stdout: () => {
        throw error;
      },
      stderr: (text: string) => void (stderr += text),
      color: false,
      env: {},
    };
    return main(['--help'], context).then((code) => ({ code, stderr }));
  };
  expect(await failWith(Object.assign(new Error('x'), { problem }))).toEqual({
    code: 3,
    stderr: 'error: the disk is full\n  fix:   make room\n',
  });
  const bug = await failWith(new TypeError('boom'));
  expect(bug.code).toBe(1);
  expect(bug.stderr).toMatch(/^this is a bug in teams.*\nTypeError: boom\n +at /);
  // It may quote a path or an agent.
  expect((await failWith(new Error('\u001b[2Jboom'))).stderr).toMatch(/\nError: boom\n/);
});

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ TERM: 'dumb' }, true, false],
])('colours with %j on a terminal: %s', (env, isTerminal, wanted) => {
  expect(wantsColor(env, isTerminal)).toBe(wanted);
});

test('a terminal that does not tell how wide it is cuts nothing', () => {
  const columns = (told: number | undefined): number =>
    columnsOf(contextOf({ cwd: () => '/', env: {}, stdout: { columns: told } } as unknown as NodeJS.Process));
  expect([columns(undefined), columns(0), columns(80)]).toEqual([Infinity, Infinity, 80]);
});
