import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Config } from '../../domain/config.ts';
import type { SessionRequest } from '../../engine/ports.ts';
import type { Backend, LineFacts } from './backend.ts';
import { loginOf } from './login.ts';
import { installationOf, type NpmCli, problemOf, programOf } from './native-program.ts';
import { ownProgram } from '../own-package.ts';
import { rolesForSession } from './roles/session-roles.ts';

const HOST = `${process.platform}-${process.arch}`;
const QUIET = { OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_SHARE: '1' };

const OPENCODE: NpmCli = {
  command: 'opencode',
  package: 'opencode-ai',
  native: [HOST, `${HOST}-baseline`, `${HOST}-musl`].map((host) => `opencode-${host}/bin/opencode`),
  // The oldest that was driven.
  oldest: [1, 18, 33],
  quiet: QUIET,
  profiles: ['safe', 'bypass'],
};

/** Of the providers that most people use. */
const KEYS = [
  'OPENCODE_API_KEY',
  'ANTHROPIC_API_KEY',
  'OPENAI_API_KEY',
  'OPENROUTER_API_KEY',
  'GEMINI_API_KEY',
  'GOOGLE_GENERATIVE_AI_API_KEY',
];
/** The keys, and where the configuration is. */
const INHERITED = [
  ...KEYS,
  'OPENCODE_CONFIG',
  'OPENCODE_CONFIG_DIR',
  'OPENCODE_DISABLE_MODELS_FETCH',
  'OPENCODE_DISABLE_LSP_DOWNLOAD',
  'OPENCODE_DISABLE_DEFAULT_PLUGINS',
];

/** OpenCode, by a server of its own per session: src/opencode-session. See docs/backends/opencode.md. */
export function opencodeBackend(config: Config, root: string): Backend {
  const driver = ownProgram('opencode-session.cjs');
  return {
    async unavailable() {
      if (!existsSync(driver)) {
        return {
          code: 'opencode-session-missing',
          what: 'dist/opencode-session.cjs is missing from this installation of teams',
          fix: 'npm run build',
        };
      }
      return problemOf(OPENCODE, config, root);
    },
    inspect: async () => ({
      ...(await installationOf(OPENCODE, root)),
      login: loginOf({
        variables: KEYS,
        file: join(dataHome(), 'opencode', 'auth.json'),
        elsewhere: 'its configuration may have a provider with a key, or one that needs none',
        fix: 'opencode auth login',
      }),
      sandbox: { state: 'none', text: 'none', needed: false },
    }),
    async launch(request) {
      const roles = await rolesForSession('opencode', request, config);
      return {
        argv: [
          process.execPath,
          driver,
          await programOf(OPENCODE, root),
          ...(request.resume === null ? [] : ['--session', request.resume.sessionId]),
          ...(request.model === null ? [] : ['--model', request.model]),
        ],
        stdin: 'messages',
        inherit: INHERITED,
        env: {
          ...QUIET,
          ...roles.env,
          OPENCODE_PERMISSION: JSON.stringify(permissions(config.permissions === 'bypass', request)),
        },
        // To the driver alone: it ends the commands of the tools before the server.
        stopSignal: 'SIGINT',
        notes: roles.notes,
      };
    },
    message: (message) => JSON.stringify(message),
    readLine: readOpencodeLine,
    converse: async (request, opening) => ({
      argv: [
        await programOf(OPENCODE, root),
        request.worktree,
        ...(request.model === null ? [] : ['--model', request.model]),
        '--prompt',
        opening,
      ],
      inherit: INHERITED,
      env: {
        ...QUIET,
        // By itself it asks for nothing.
        OPENCODE_PERMISSION: JSON.stringify({
          edit: { '*': 'ask', [`${relative(request.worktree, request.folder)}/*`]: 'allow' },
          bash: { '*': 'ask', 'git push': 'deny', 'git push *': 'deny' },
        }),
      },
    }),
  };
}

function dataHome(): string {
  const home = process.env['XDG_DATA_HOME'];
  return home === undefined || home === '' ? join(homedir(), '.local/share') : home;
}

/** A push is denied in every profile. */
function permissions(bypass: boolean, { prdFile }: SessionRequest): unknown {
  return {
    edit: 'allow',
    bash: { '*': 'allow', 'git push': 'deny', 'git push *': 'deny' },
    webfetch: 'allow',
    doom_loop: 'allow',
    external_directory: bypass
      ? 'allow'
      : // The folder of the run has the PRD, the input and the result.
        { '*': 'deny', '/tmp/*': 'allow', [`${dirname(prdFile)}/*`]: 'allow' },
  };
}

/** One line of our own driver. */
export function readOpencodeLine(line: string): LineFacts | null {
  if (!line.startsWith('{"type":"facts"')) return null;
  try {
    return JSON.parse(line) as LineFacts;
  } catch {
    // Torn by a kill.
    return null;
  }
}
