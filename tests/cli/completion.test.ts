import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCli } from './cli.ts';
import { tempFolder } from '../adapters/temp-folder.ts';

/** Ids and titles that somebody wrote to be run. Only the first and the last two are words that nobody has to quote. */
const HOSTILE = [
  {
    id: 'EPIC-001',
    title: 'Sign $(touch pwned) in `touch pwned` %F{red} \u001b[31mred\nnext line\tand tab; touch pwned',
  },
  { id: '$(touch pwned)', title: 'x' },
  { id: '`touch pwned`', title: 'x' },
  { id: 'a b', title: 'x' },
  { id: 'a;touch pwned', title: 'x' },
  { id: "'", title: 'x' },
  { id: '~root', title: 'x' },
  { id: '\u001b[31mEPIC', title: 'x' },
  { id: 'EPIC-002', title: 'it\'s "quoted" \\ and: colons', status: 'completed' },
  { id: 'login', title: '' },
];

/** A repository with a PRD, a configuration and runs, and `teams` on the path. */
function project(): { readonly root: string; readonly env: NodeJS.ProcessEnv } {
  const parent = tempFolder();
  const root = join(parent, 'my project');
  mkdirSync(join(root, '.git', 'refs', 'heads', 'feature'), { recursive: true });
  writeFileSync(join(root, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(join(root, '.git', 'refs', 'heads', 'main'), '');
  writeFileSync(join(root, '.git', 'refs', 'heads', 'feature', 'one'), '');
  writeFileSync(
    join(root, '.git', 'packed-refs'),
    `${'a'.repeat(40)} refs/heads/old\n${'a'.repeat(40)} refs/heads/teams/x\n`,
  );
  writeFileSync(join(root, 'prd.json'), JSON.stringify({ project: 'P', epics: HOSTILE }));
  writeFileSync(
    join(root, 'teams.config.yml'),
    'backends:\n  mine: { command: [x] }\n  $(touch pwned): { command: [x] }\n',
  );
  mkdirSync(join(root, 'plans'));
  writeFileSync(join(root, 'plans', 'next.json'), '{}');
  const bin = join(parent, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'teams'), `#!/bin/sh\nexec ${process.execPath} ${resolve('dist/bin.cjs')} "$@"\n`);
  chmodSync(join(bin, 'teams'), 0o755);
  const env = { PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`, HOME: parent, LC_ALL: 'C.UTF-8', TERM: 'dumb' };
  return { root, env };
}

const words = async (root: string, ...line: readonly string[]): Promise<readonly string[]> => {
  const { code, stdout, stderr } = await runCli(['__complete', '--', ...line], root);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.replace(/\n$/, '').split('\n');
};
const values = async (root: string, ...line: readonly string[]): Promise<readonly string[]> =>
  (await words(root, ...line)).slice(1).map((one) => one.split('\t')[0] ?? '');

describe('what could stand there', () => {
  test('commands, with what they do', async () => {
    const { root } = project();
    expect(await words(root, 're')).toEqual([
      'words',
      'resume\tgo on with the run that was cut off',
      'reset\tset epics back to pending; unmerged work is kept on a named branch',
    ]);
    expect(await values(root, '')).not.toContain('__complete');
    expect(await values(root, 'agents', '')).toEqual(['list', 'show', 'install', 'help']);
    expect(await values(root, 'help', 'dem')).toEqual(['demo']);
  });

  test('epics of the PRD with their titles: harmless ones only, each once', async () => {
    const { root } = project();
    const all = [
      'words',
      'EPIC-001\tSign $(touch pwned) in `touch pwned` %F{red} red next line …',
      'EPIC-002\tit\'s "quoted" \\ and: colons (completed)',
      'login\t',
    ];
    expect(await words(root, 'run', '--only', '')).toEqual(all);
    expect(await words(join(root, 'plans'), 'logs', '')).toEqual(all);
    expect(await values(root, 'reset', 'login', 'EPIC-00')).toEqual(['EPIC-001', 'EPIC-002']);
    expect(await values(root, 'run', '--only', 'login', 'EPIC-001', '')).toEqual(['EPIC-002']);
    expect(await values(root, 'run', '--only', 'login', '--f')).toEqual(['--fail-fast']);
    expect(await values(root, 'logs', 'login', '')).toEqual([]);
  });

  test('runs that are there', async () => {
    const { root } = project();
    for (const id of ['20260101-1000-abcdzz', '20260102-1000-abcdzz', 'not $(a) run']) {
      mkdirSync(join(root, '.teams', 'runs', id), { recursive: true });
      writeFileSync(join(root, '.teams', 'runs', id, 'journal.ndjson'), '');
    }
    const all = ['20260101-1000-abcdzz', '20260102-1000-abcdzz'];
    expect((await values(root, 'status', '--run', '')).toSorted()).toEqual(all);
    expect((await values(root, 'logs', '--run', '20260102')).toSorted()).toEqual(all.slice(1));
  });

  test('options that are not given yet, and their values', async () => {
    const { root } = project();
    expect(await values(root, 'run', '--dry-run', '--only', 'login', '--json', '--')).toEqual([
      '--parallel',
      '--backend',
      '--base',
      '--max-epics',
      '--include-dirty',
      '--fail-fast',
      '--land',
      '--help',
    ]);
    expect(await values(root, 'run', '--', '-')).toEqual([]);
    expect(await values(root, 'run', '--backend', '')).toEqual([
      'claude',
      'codex',
      'copilot',
      'opencode',
      'scripted',
      'mine',
    ]);
    expect(await values(root, 'agents', 'list', '--backend', 'c')).toEqual(['claude', 'codex', 'copilot']);
    expect(await values(root, 'run', '--land=')).toEqual(['--land=merge', '--land=leave']);
    // As bash splits it.
    expect(await values(root, 'run', '--land', '=', 'm')).toEqual(['merge']);
    expect(await values(root, 'run', '--land', '=')).toEqual(['merge', 'leave']);
    expect(await values(root, 'run', '--parallel', '')).toEqual([]);
    expect(await values(root, 'run', '--base', '')).toEqual(['feature/one', 'main', 'old']);
    expect(await values(root, 'setup', '--preset', '')).toEqual(['balanced', 'full', 'minimal']);
    expect(await values(root, 'setup', '--planning-epic', 'a')).toEqual(['auto', 'always']);
    expect(await values(root, 'import', 'x.md', '--format', 'g')).toEqual(['github']);
    expect(await values(root, 'agents', 'show', 'story-')).toEqual(['story-planner', 'story-validator']);
    expect(await values(root, 'init', '--template', 'cli')).toEqual(['cli-tool']);
    expect(await values(root, 'init', '--template', '--y')).toEqual(['--yes']);
    expect(await values(root, 'completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  test('files and folders are left to the shell', async () => {
    const { root } = project();
    expect(await words(root, 'run', '')).toEqual(['files']);
    expect(await words(root, 'import', 'x.md', '--out', 'p')).toEqual(['files']);
    expect(await words(root, 'demo', '--dir', '')).toEqual(['folders']);
  });

  test('nothing is ever an error', async () => {
    const { root } = project();
    writeFileSync(join(root, 'prd.json'), '{ "epics": [');
    writeFileSync(join(root, 'teams.config.yml'), 'backends: [\n');
    expect(await words(root, 'reset', '')).toEqual(['words']);
    expect(await values(root, 'run', '--backend', 'm')).toEqual([]);
    expect(await words('/', 'reset', '')).toEqual(['words']);
    expect(await words(root, 'nonsense', '--x', '')).toEqual(['words']);
    expect(await words(root)).toHaveLength((await words(root, '')).length);
    for (const line of [['--', '--'], ['='], ['run', '='], ['run', '--only', '='], ['', '', '']])
      await words(root, ...line);
  });
});

test('an answer takes no noticeable time', () => {
  const { root, env } = project();
  const timeOf = (...args: readonly string[]): number => {
    const start = performance.now();
    execFileSync(process.execPath, args, { cwd: root, env });
    return performance.now() - start;
  };
  const ask = [resolve('dist/bin.cjs'), '__complete', '--', 'run', '--only', ''];
  // One after another, and the best of each, because others work on this machine.
  const rounds = Array.from({ length: 5 }, () => [timeOf('-e', '0'), timeOf(...ask)] as const);
  const [nothing, answer] = [0, 1].map((at) => Math.min(...rounds.map((round) => round[at] ?? Infinity)));
  // Four times as much, with the program loaded that it completes.
  expect((answer ?? Infinity) / (nothing ?? 0)).toBeLessThan(12);
});

/** What a shell offers for a line that ends where the cursor is, as `word` or `word<tab>description`. */
const SHELLS: Readonly<Record<string, (line: readonly string[]) => readonly string[]>> = {
  bash: (line) => [
    '--norc',
    '-c',
    `source <(teams completion bash); complete -p teams >/dev/null || exit 9
     PATH=\${LATER:-$PATH}; COMP_WORDS=(teams "$@"); COMP_CWORD=$#; _teams
     for word in "\${COMPREPLY[@]}"; do echo "$word"; done`,
    'bash',
    ...line,
  ],
  // compadd is what hands matches to the line editor; the terminal tests press Tab.
  zsh: (line) => [
    '-fc',
    `compdef() { [[ $* == "_teams teams" ]] || exit 9; }
     compadd() { local i; for (( i = 1; i <= $#values; i++ )); do print -r -- "$values[i]"$'\\t'"\${shown[i]#$values[i]}"; done; }
     _files() { print -r -- "files $*"; }
     source <(teams completion zsh); PATH=\${LATER:-$PATH}; words=(teams "$@"); CURRENT=$#words; _teams`,
    'zsh',
    ...line,
  ],
  fish: (line) => [
    '--no-config',
    '-c',
    'teams completion fish | source; set -q LATER; and set PATH $LATER; complete -C (string join " " -- teams $argv)',
    ...line,
  ],
};

describe.each(Object.entries(SHELLS))('%s', (shell, argv) => {
  const missing = spawnSync(shell, ['--version']).error !== undefined;
  beforeAll(() => {
    if (missing) console.log(`${shell} is not installed: its completion is not tested here`);
  });
  const offered = (root: string, env: NodeJS.ProcessEnv, ...line: readonly string[]): readonly string[] => {
    const { status, stdout, stderr } = spawnSync(shell, argv(line), { cwd: root, env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    return stdout.split('\n').filter((one) => one !== '');
  };
  const plain = (lines: readonly string[]): readonly string[] => lines.map((one) => one.split('\t')[0] ?? '');

  test.skipIf(missing)(
    `${shell}: completes commands, options, values and epics, and runs nothing of them`,
    () => {
      const { root, env } = project();
      const files = readdirSync(root);
      expect(plain(offered(root, env, 're'))).toEqual(expect.arrayContaining(['resume', 'reset']));
      expect(plain(offered(root, env, 'run', '--fa'))).toEqual(['--fail-fast']);
      expect(plain(offered(root, env, 'run', '--land', ''))).toEqual(
        expect.arrayContaining(['merge', 'leave']),
      );
      const epics = offered(root, env, 'run', '--only', '');
      expect(plain(epics).toSorted()).toEqual(['EPIC-001', 'EPIC-002', 'login']);
      if (shell !== 'bash') expect(epics.join('\n')).toContain('it\'s "quoted" \\ and: colons (completed)');
      expect(readdirSync(root)).toEqual(files);
      expect(existsSync(join(root, 'pwned'))).toBe(false);
    },
  );

  test.skipIf(missing)(`${shell}: says nothing when there is nothing to say`, () => {
    const { root, env } = project();
    writeFileSync(join(root, 'prd.json'), '{');
    expect(offered(root, env, 'reset', '')).toEqual([]);
    expect(offered(root, env, 'nonsense', '')).toEqual([]);
    // Uninstalled since: the line editor must not fill with errors.
    expect(offered(root, { ...env, LATER: '/nowhere' }, 'reset', '')).toEqual([]);
  });
});
