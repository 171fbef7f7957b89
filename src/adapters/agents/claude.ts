import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../domain/config.ts';
import type { Backend } from './backend.ts';
import { readClaudeLine } from './claude-events.ts';
import { OLDEST_SANDBOX, PHANTOMS, sandboxFor, sandboxProblem, sandboxState } from './claude-sandbox.ts';
import { loginOf } from './login.ts';
import { installationOf, type NpmCli, problemOf, programOf } from './native-program.ts';
import { rolesForSession } from './roles/session-roles.ts';

const PLATFORM = `${process.platform}-${process.arch}`;
const QUIET = {
  DISABLE_AUTOUPDATER: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
};
const CLI: NpmCli = {
  command: 'claude',
  package: '@anthropic-ai/claude-code',
  native: [PLATFORM, `${PLATFORM}-musl`].map((host) => `@anthropic-ai/claude-code-${host}/claude`),
  oldest: [2, 1, 0],
  quiet: QUIET,
  profiles: ['safe', 'sandboxed', 'bypass'],
};

/** Who pays, for which models, and where the CLI keeps what it knows of the person. */
const KEYS = ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'];
const INHERITED = [
  ...KEYS,
  'ANTHROPIC_BASE_URL',
  'ANTHROPIC_CUSTOM_HEADERS',
  'ANTHROPIC_MODEL',
  'ANTHROPIC_DEFAULT_OPUS_MODEL',
  'ANTHROPIC_DEFAULT_SONNET_MODEL',
  'ANTHROPIC_DEFAULT_HAIKU_MODEL',
  'CLAUDE_CONFIG_DIR',
  'CLAUDE_CODE_TMPDIR',
];
const CLOUDS: readonly (readonly [string, readonly string[]])[] = [
  [
    'CLAUDE_CODE_USE_BEDROCK',
    'AWS_REGION AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_BEARER_TOKEN_BEDROCK'.split(
      ' ',
    ),
  ],
  [
    'CLAUDE_CODE_USE_VERTEX',
    ['ANTHROPIC_VERTEX_PROJECT_ID', 'CLOUD_ML_REGION', 'GOOGLE_APPLICATION_CREDENTIALS'],
  ],
];

/** Both ways. What was said to it is told again as soon as the model has read it. */
const FORMAT = [
  '--input-format',
  'stream-json',
  '--output-format',
  'stream-json',
  '--verbose',
  '--replay-user-messages',
];
const TOOLS = ['Bash', 'Read', 'Edit', 'Write', 'NotebookEdit', 'Agent', 'Task', 'WebFetch', 'WebSearch'];
/** Also what would leave the worktree, or go on after the session. They hold in every profile. */
const DENIED = [
  'Bash(git push *)',
  'Bash(git push)',
  'EnterWorktree',
  'CronCreate',
  'ScheduleWakeup',
  'RemoteTrigger',
];
/** Its own ten take three minutes, even for a key that is wrong. */
const RETRIES = '4';

/** Claude Code, one `claude -p` per session. See docs/backends/claude.md. */
export function claudeBackend(
  config: Pick<Config, 'permissions' | 'planning' | 'validation'>,
  root: string,
): Backend {
  return {
    async unavailable() {
      if (config.permissions !== 'sandboxed') return problemOf(CLI, config, root);
      const missing = await problemOf({ ...CLI, oldest: OLDEST_SANDBOX }, config, root);
      return missing ?? sandboxProblem(root);
    },
    inspect: async () => ({
      ...(await installationOf(CLI, root)),
      login: loginOf({
        variables: [...KEYS, ...CLOUDS.map(([flag]) => flag)],
        file: join(claudeHome(), '.credentials.json'),
        elsewhere: loginElsewhere(),
        fix: 'start claude and type /login, or set ANTHROPIC_API_KEY',
      }),
      sandbox: { ...(await sandboxState(root)), needed: config.permissions === 'sandboxed' },
    }),
    async launch(request) {
      const roles = await rolesForSession('claude', request, config);
      const bypass = config.permissions === 'bypass';
      const sandbox = config.permissions === 'sandboxed' ? await sandboxFor(request, KEYS) : null;
      const asRoot = process.getuid?.() === 0;
      const { resume } = request;
      return {
        argv: [
          await programOf(CLI, root),
          '-p',
          ...(resume === null ? ['--session-id', randomUUID()] : ['--resume', resume.sessionId]),
          ...FORMAT,
          ...(request.model === null ? [] : ['--model', request.model]),
          ...(bypass
            ? ['--dangerously-skip-permissions']
            : ['--permission-mode', 'dontAsk', '--allowedTools', ...(sandbox?.tools ?? TOOLS)]),
          '--disallowedTools',
          ...DENIED,
          '--strict-mcp-config',
          ...(sandbox?.args ?? []),
          ...roles.args,
        ],
        stdin: 'messages',
        inherit: inherited(),
        env: {
          ...QUIET,
          // The session would end before its sub-agents, or with several results.
          CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
          // What one session learned must not reach another one unseen.
          CLAUDE_CODE_DISABLE_AUTO_MEMORY: '1',
          CLAUDE_CODE_MAX_RETRIES: RETRIES,
          ...(bypass && asRoot && { IS_SANDBOX: '1' }),
          ...roles.env,
        },
        // After SIGINT it exits with 0, and a resumed model believes that it is not wanted to go on.
        stopSignal: 'SIGTERM',
        phantoms: sandbox === null ? [] : PHANTOMS,
        notes: roles.notes,
      };
    },
    message: ({ id, text }) =>
      JSON.stringify({
        type: 'user',
        uuid: id,
        message: { role: 'user', content: text },
        parent_tool_use_id: null,
      }),
    readLine: readClaudeLine,
    converse: async (request, opening) => ({
      argv: [
        await programOf(CLI, root),
        ...(request.model === null ? [] : ['--model', request.model]),
        opening,
        // By itself a model decides what needs no question.
        '--permission-mode',
        'default',
        // An absolute path has two slashes in a rule. Lists take what follows, so they come last.
        '--allowedTools',
        `Edit(/${request.folder}/**)`,
        '--disallowedTools',
        ...DENIED,
      ],
      inherit: inherited(),
      env: QUIET,
    }),
  };
}

const inherited = (): readonly string[] => [
  ...INHERITED,
  ...CLOUDS.flatMap(([flag, names]) => (process.env[flag] === undefined ? [] : [flag, ...names])),
];

function claudeHome(): string {
  const home = process.env['CLAUDE_CONFIG_DIR'];
  return home === undefined || home === '' ? join(homedir(), '.claude') : home;
}

function loginElsewhere(): string | null {
  if (process.platform !== 'linux') return 'the keychain may have it';
  // They may name an `apiKeyHelper`, a program that gives the key.
  return existsSync(join(claudeHome(), 'settings.json')) ? 'settings.json may name a helper for it' : null;
}
