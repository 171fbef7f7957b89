import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { tempFolder } from '../adapters/temp-folder.ts';
import { prd } from '../rig/prd.ts';
import { gitEnvironment, tempRepo } from '../rig/temp-repo.ts';
import { runCli } from './cli.ts';

let machine: string;

/** A machine with git and nothing else on its PATH, and a home without any account. */
beforeEach(() => {
  machine = tempFolder();
  mkdirSync(join(machine, 'bin'));
  symlinkSync(execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim(), program('git'));
  const env = { ...gitEnvironment, PATH: join(machine, 'bin'), HOME: machine };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const secret =
    /^(ANTHROPIC|CLAUDE|CODEX|COPILOT|GH|GITHUB|OPENCODE|OPENAI|OPENROUTER|GEMINI|GOOGLE|XDG|AWS)_/;
  for (const name of Object.keys(process.env)) if (secret.test(name)) vi.stubEnv(name, undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
});

const program = (name: string): string => join(machine, 'bin', name);
const install = (name: string, script: string): void =>
  writeFileSync(program(name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

const repository = (files: Record<string, string>) => {
  const repo = tempRepo({ files });
  onTestFinished(() => repo.remove());
  return repo;
};

/** What a person sees, without what differs from machine to machine. */
async function doctor(cwd: string): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await runCli(['doctor'], cwd);
  expect(stderr).toBe('');
  const text = stdout
    .replaceAll(realpathSync(cwd), 'HERE')
    .replaceAll(machine, 'MACHINE')
    .replaceAll(process.execPath, 'NODE')
    .replace(/^teams .*/, 'teams')
    // Where git gave up looking depends on the file systems of the machine.
    .replace(/(not a git repository) .*/, '$1')
    .replace(/(git +)\S+/, '$1VERSION')
    .replace(/(node +)[\d.]+/, '$1VERSION')
    .replace(/(disk +)\d+(\.\d)? GB/, '$1N GB');
  return { code, text };
}

test('a machine without any agent, outside of a repository', async () => {
  const { code, text } = await doctor(tempFolder());
  expect(code).toBe(3);
  expect(text).toBe(`teams

✓ git            VERSION  MACHINE/bin/git
✓ node           VERSION  NODE
✓ disk           N GB free at HERE
! repository     none to work in
                 this is not inside a git repository with a checkout
                 where  HERE
                 why    fatal: not a git repository
                 fix    go to your project, or make it a repository: git init && git add -A && git commit
✓ configuration  no teams.config.yml, the defaults hold; permissions: safe
- PRD            no prd.json

agents
✗ claude         a run would use it
                 backend claude: claude is not installed
                 why    it is in no folder of the PATH
                 fix    npm install -g @anthropic-ai/claude-code
- codex          not installed: npm install -g @openai/codex
- copilot        not installed: npm install -g @github/copilot
- opencode       not installed: npm install -g opencode-ai

not ready: 1 problem to mend first (1 warning)
`);
});

test('everything that a configuration and a PRD ask for', async () => {
  install('claude', 'echo "2.1.329 (Claude Code)"');
  install('codex', 'echo "codex-cli 0.169.0"');
  install('copilot', 'echo 0.0.400');
  install('bwrap', 'exit 1');
  install('mine', 'exit 0');
  vi.stubEnv('ANTHROPIC_API_KEY', 'a-secret-key');
  const repo = repository({
    'prd.json': prd([
      { id: 'E1', stories: 2 },
      { id: 'E2', more: { backend: 'codex' } },
      { id: 'E4', more: { backend: 'copilot' } },
      { id: 'E3', more: { backend: 'opencode', status: 'completed' } },
    ]),
    'teams.config.yml': JSON.stringify({
      backend: 'claude',
      backends: { own: { command: ['mine'], env: ['MY_TOKEN', 'HOME'] }, play: { script: 'none.yml' } },
    }),
  });
  const { code, text } = await doctor(repo.path);
  expect(code).toBe(3);
  expect(text).not.toContain('a-secret-key');
  expect(text).toBe(`teams

✓ git            VERSION  MACHINE/bin/git
✓ node           VERSION  NODE
✓ disk           N GB free at HERE
✓ repository     HERE, main at ${repo.git('rev-parse', '--short=7', 'HEAD')}
✓ configuration  teams.config.yml; permissions: safe
✓ PRD            prd.json: 4 epics, 5 stories

agents
✓ claude         2.1.329, a run would use it
                 program   MACHINE/bin/claude
                 login     ANTHROPIC_API_KEY is set
                 sandbox   its sandbox needs socat (install it with the package manager of your system, such as: apt-get install socat)
! codex          0.169.0, a run would use it
                 program   MACHINE/bin/codex
                 no login and no key found
                 fix    codex login, or set CODEX_API_KEY
                 its own sandbox cannot work here: commands of safe and sandboxed would fail
                 fix    allow user namespaces: sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000, and on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0; in a container, start it with a seccomp profile that permits them
✗ copilot        0.0.400, a run would use it
                 program   MACHINE/bin/copilot
                 login     not known: the keychain or the GitHub CLI may have it
                 sandbox   none
                 backend copilot: copilot 0.0.400 is too old
                 where  MACHINE/bin/copilot
                 why    it has to be 1.0.0 or newer
                 fix    npm install -g @github/copilot@latest
- opencode       not installed: npm install -g opencode-ai
✓ own
                 program   MACHINE/bin/mine
                 login     not set: MY_TOKEN (set it before you start teams, or correct backends.own.env)
                 sandbox   not known
! play
                 program   ${join(import.meta.dirname, '../../dist/scripted-agent.cjs')}
                 sandbox   none
                 backend play: there is no script HERE/none.yml
                 where  backends.play.script in teams.config.yml
                 fix    write one (${join(import.meta.dirname, '../../docs/scripted-agent.md')} shows how) or correct the path, which is relative to the repository root

not ready: 1 problem to mend first (3 warnings)
`);
});

test('where a login is, as far as it can be told', async () => {
  const logins = async (): Promise<Record<string, unknown>> => {
    const { stdout } = await runCli(['doctor', '--json'], machine);
    const { backends } = JSON.parse(stdout) as {
      backends: { name: string; login: { text: string } | null }[];
    };
    return Object.fromEntries(backends.map(({ name, login }) => [name, login?.text]));
  };
  for (const name of ['claude', 'codex', 'copilot', 'opencode']) install(name, 'echo 9.9.9');
  expect(await logins()).toEqual({
    claude: 'no login and no key found',
    codex: 'no login and no key found',
    copilot: 'not known: the keychain or the GitHub CLI may have it',
    opencode: 'not known: its configuration may have a provider with a key, or one that needs none',
  });
  const files = ['.claude/.credentials.json', '.codex/auth.json', '.local/share/opencode/auth.json'];
  for (const file of files) {
    mkdirSync(join(machine, file, '..'), { recursive: true });
    writeFileSync(join(machine, file), 'unreadable');
  }
  vi.stubEnv('GH_TOKEN', 'x');
  expect(await logins()).toEqual({
    claude: join(machine, '.claude/.credentials.json'),
    codex: join(machine, '.codex/auth.json'),
    copilot: 'GH_TOKEN is set',
    opencode: join(machine, '.local/share/opencode/auth.json'),
  });
});

test('a configuration and a PRD that are not valid', async () => {
  const repo = repository({ 'teams.config.yml': 'backed: codex\n', 'prd.json': '{}' });
  const { code, text } = await doctor(repo.path);
  expect(code).toBe(3);
  expect(text).toContain(`✗ configuration  teams.config.yml; permissions: safe
                 the configuration has the unknown key "backed"
                 where  teams.config.yml:1:1
                 fix    did you mean "backend"?
! PRD            prd.json
                 prd.json has 2 errors
                 fix    teams validate shows every problem with its fix
`);
  expect(text).toContain('\nnot ready: 1 problem to mend first (1 warning)\n');
});

test('without git, and as JSON', async () => {
  vi.stubEnv('PATH', join(machine, 'nothing'));
  const { code, stdout, stderr } = await runCli(['doctor', '--json'], machine);
  expect([code, stderr]).toEqual([3, '']);
  expect(JSON.parse(stdout)).toMatchObject({
    v: 1,
    ready: false,
    git: { version: null, path: null },
    repository: null,
    prd: null,
    backends: [{ name: 'claude', use: 'needed', version: null }, {}, {}, {}],
    findings: [
      { subject: 'git', severity: 'error', problem: { code: 'no-git' } },
      { subject: 'backend claude', severity: 'error', problem: { code: 'backend-not-installed' } },
    ],
  });
});

test('a backend that can be used, in a repository without a commit', async () => {
  install('mine', 'exit 0');
  const repo = repository({});
  repo.git('checkout', '-q', '--orphan', 'new');
  repo.write({ 'teams.config.yml': '{ backend: own, backends: { own: { command: [mine] } } }' });
  const { code, text } = await doctor(repo.path);
  expect(code).toBe(0);
  expect(text).toContain('! repository     none to work in\n                 branch new has no commit yet\n');
  expect(text).toContain('\nready: sessions can be started on own, but not in this folder (1 warning)\n');
});

test('a stand-in makes up for a backend that is not there', async () => {
  install('mine', 'exit 0');
  const repo = repository({
    'teams.config.yml':
      '{ backend: codex, fallback: [own, copilot], backends: { own: { command: [mine] } } }',
  });
  const { code, text } = await doctor(repo.path);
  expect(code).toBe(0);
  const agents = text.slice(text.indexOf('agents'));
  expect(agents).toBe(`agents
- claude         not installed: npm install -g @anthropic-ai/claude-code
! codex          a run would use it
                 backend codex: codex is not installed
                 why    it is in no folder of the PATH
                 fix    npm install -g @openai/codex
! copilot        a run would use it as a stand-in
                 backend copilot: copilot is not installed
                 why    it is in no folder of the PATH
                 fix    npm install -g @github/copilot
- opencode       not installed: npm install -g opencode-ai
✓ own            a run would use it as a stand-in
                 program   MACHINE/bin/mine
                 sandbox   not known

ready: sessions can be started on own (2 warnings)
`);
});

test('permissions: sandboxed need what the sandbox of the CLI needs', async () => {
  install('claude', 'echo "2.1.329 (Claude Code)"');
  const repo = repository({ 'teams.config.yml': 'permissions: sandboxed\n' });
  const claude = async (): Promise<string> => {
    const { code, text } = await doctor(repo.path);
    return `${code} ${text.slice(text.indexOf('agents\n') + 7, text.indexOf('- codex'))}`;
  };
  vi.stubEnv('ANTHROPIC_API_KEY', 'a-secret-key');
  const row = `claude         2.1.329, a run would use it
                 program   MACHINE/bin/claude
                 login     ANTHROPIC_API_KEY is set
                 sandbox   `;
  expect(await claude())
    .toBe(`3 ✗ ${row}its sandbox needs bubblewrap and socat (install them with the package manager of your system, such as: apt-get install bubblewrap socat)
                 backend claude: its sandbox needs bubblewrap and socat
                 where  permissions: sandboxed
                 fix    install them with the package manager of your system, such as: apt-get install bubblewrap socat
`);
  for (const name of ['bwrap', 'socat']) install(name, 'exit 1');
  expect(await claude()).toContain('backend claude: its sandbox cannot work here\n');
  install('bwrap', 'exit 0');
  expect(await claude()).toBe(`0 ✓ ${row}its own, with permissions: sandboxed\n`);
  // What nobody asked for needs no sandbox.
  install('copilot', 'echo 1.2.3');
  expect((await doctor(repo.path)).text).toContain('✓ copilot        1.2.3\n');
});

test('permissions: sandboxed are refused where the CLI has no sandbox', async () => {
  install('copilot', 'echo 1.2.3');
  const repo = repository({ 'teams.config.yml': 'permissions: sandboxed\nbackend: copilot\n' });
  const { code, text } = await doctor(repo.path);
  expect(code).toBe(3);
  expect(text).toContain(`                 backend copilot has no permission profile "sandboxed"
                 where  permissions in teams.config.yml
                 fix    use "safe" or "bypass"; ${join(import.meta.dirname, '../../docs/backends/copilot.md')} says what each can prevent
`);
});

test('a repository in which nobody can commit', async () => {
  const repo = repository({});
  for (const name of ['NAME', 'EMAIL']) {
    for (const who of ['AUTHOR', 'COMMITTER']) vi.stubEnv(`GIT_${who}_${name}`, '');
  }
  for (const name of ['user.name', 'user.email']) repo.git('config', '--unset', name);
  repo.git('config', 'user.useConfigOnly', 'true');
  const { text } = await doctor(repo.path);
  expect(text).toMatch(
    /^! repository .*\n +git cannot make a commit here\n +where  HERE\n +why    fatal: .*\n +fix    git config user.name/m,
  );
});
