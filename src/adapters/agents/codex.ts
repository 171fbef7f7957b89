import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../domain/config.ts';
import type { Sandbox } from '../../domain/doctor.ts';
import type { SessionRequest } from '../../engine/ports.ts';
import type { Backend, StartedSession } from './backend.ts';
import { readCodexLine } from './codex-events.ts';
import { lastWrite, NO_ROLLOUTS, readRollouts, type Rollouts } from './codex-rollouts.ts';
import { gitFolders } from './git-folders.ts';
import { canIsolate, NAMESPACES_FIX } from './isolation.ts';
import { loginOf } from './login.ts';
import { installationOf, type NpmCli, problemOf, programOf } from './native-program.ts';
import { rolesForSession } from './roles/session-roles.ts';
import { tomlString } from './toml.ts';

const TRIPLES: Readonly<Record<string, string>> = {
  'linux-x64': 'x86_64-unknown-linux-musl',
  'linux-arm64': 'aarch64-unknown-linux-musl',
  'darwin-x64': 'x86_64-apple-darwin',
  'darwin-arm64': 'aarch64-apple-darwin',
};

const HOST = `${process.platform}-${process.arch}`;

const CODEX: NpmCli = {
  command: 'codex',
  package: '@openai/codex',
  native: [`@openai/codex-${HOST}/vendor/${TRIPLES[HOST] ?? HOST}/bin/codex`],
  // The oldest that was driven.
  oldest: [0, 169, 0],
  quiet: {},
  profiles: ['safe', 'sandboxed', 'bypass'],
};

/** The key that it talks to its model with is none of its tools' business. */
const HIDE_KEYS = ['-c', 'shell_environment_policy.ignore_default_excludes=false'];

/** Codex, by `codex exec`. See docs/backends/codex.md. `root` is the repository root. */
export function codexBackend(config: Config, root: string): Backend {
  return {
    unavailable: () => problemOf(CODEX, config, root),
    inspect: async () => ({
      ...(await installationOf(CODEX, root)),
      login: loginOf({
        variables: ['CODEX_API_KEY', ...(await keysOfProviders())],
        file: join(codexHome(), 'auth.json'),
        elsewhere: existsSync(join(codexHome(), 'config.toml'))
          ? 'config.toml may name a provider or a keychain'
          : null,
        fix: 'codex login, or set CODEX_API_KEY',
      }),
      sandbox: { ...(await sandboxOf(root)), needed: config.permissions !== 'bypass' },
    }),
    async launch(request) {
      const roles = await rolesForSession('codex', request, config);
      return {
        argv: [
          await programOf(CODEX, root),
          'exec',
          '--json',
          '-C',
          request.worktree,
          ...(await permissionArgs(config, request)),
          // Without a connection it would try for ever.
          '--disable',
          'unbounded_connection_retries',
          '-c',
          trust([root, request.worktree]),
          ...HIDE_KEYS,
          ...(request.model === null ? [] : ['-m', request.model]),
          ...roles.args,
          ...(request.resume === null ? [] : ['resume', request.resume.sessionId]),
          '-',
        ],
        stdin: 'prompt',
        inherit: await inherited(),
        env: roles.env,
        // On SIGTERM it would leave the commands of its tools behind.
        stopSignal: 'SIGINT',
        notes: roles.notes,
      };
    },
    readLine: readCodexLine,
    converse: async (request, opening) => ({
      argv: [
        await programOf(CODEX, root),
        '-C',
        request.worktree,
        '-s',
        'workspace-write',
        '-a',
        'on-request',
        ...HIDE_KEYS,
        ...(request.model === null ? [] : ['-m', request.model]),
        opening,
      ],
      inherit: await inherited(),
      env: {},
    }),
    lastSign: async ({ sessionId, since }) =>
      sessionId === null ? null : lastWrite(codexHome(), sessionId, since),
    usageAfter: async (session) => (await rolloutsOf(session)).usage,
    failureAfter: async (session, failure) =>
      failure.kind === 'rate-limit'
        ? { ...failure, resetsAt: (await rolloutsOf(session)).resetsAt }
        : failure,
  };
}

async function sandboxOf(root: string): Promise<Omit<Sandbox, 'needed'>> {
  if (process.platform !== 'linux') return { state: 'unknown', text: 'its own; not tried on this platform' };
  const can = await canIsolate(root);
  if (can === null) return { state: 'unknown', text: 'its own; not known whether it works here' };
  if (can) return { state: 'available', text: 'its own, in every profile but bypass' };
  return {
    state: 'unavailable',
    text: 'its own sandbox cannot work here: commands of safe and sandboxed would fail',
    fix: NAMESPACES_FIX,
  };
}

/** `safe` and `sandboxed` are the same here: nothing is written outside of the worktree but what its work needs. */
async function permissionArgs(config: Config, request: SessionRequest): Promise<readonly string[]> {
  if (config.permissions === 'bypass') return ['--dangerously-bypass-approvals-and-sandbox'];
  const writable = [...(await gitFolders(request.worktree)), request.folder];
  return [
    '-s',
    'workspace-write',
    '-c',
    `sandbox_workspace_write.writable_roots=[${writable.map(tomlString).join(', ')}]`,
  ];
}

/** As one value: a path as part of the key would be cut at its dots. Roles of a repository need it. */
const trust = (paths: readonly string[]): string =>
  `projects={${paths.map((path) => `${tomlString(path)}={trust_level="trusted"}`).join(', ')}}`;

const codexHome = (): string => {
  const home = process.env['CODEX_HOME'];
  return home === undefined || home === '' ? join(homedir(), '.codex') : home;
};

const inherited = async (): Promise<readonly string[]> => [
  'CODEX_HOME',
  'CODEX_API_KEY',
  ...(await keysOfProviders()),
];

/** Names of the variables that providers of the person's configuration take their keys from. */
async function keysOfProviders(): Promise<readonly string[]> {
  // Without a configuration there is only the login or CODEX_API_KEY.
  const text = await readFile(join(codexHome(), 'config.toml'), 'utf8').catch(() => '');
  return [...text.matchAll(/^\s*env_key\s*=\s*["']([A-Za-z_]\w*)["']/gm)].flatMap(([, name]) => name ?? []);
}

const rolloutsOf = async ({ sessionId, since }: StartedSession): Promise<Rollouts> =>
  sessionId === null ? NO_ROLLOUTS : readRollouts(codexHome(), sessionId, since);
