import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Config } from '../../domain/config.ts';
import { readUntrusted } from '../untrusted.ts';
import type { Backend } from './backend.ts';
import { readCopilotLine, readCopilotUsage } from './copilot-events.ts';
import { loginOf } from './login.ts';
import { installationOf, type NpmCli, problemOf, programOf } from './native-program.ts';
import { rolesForSession } from './roles/session-roles.ts';

const QUIET = { COPILOT_AUTO_UPDATE: 'false' };
const CLI: NpmCli = {
  command: 'copilot',
  package: '@github/copilot',
  // The launcher leaves the native program and its commands running when it is stopped.
  native: [process.platform, `${process.platform}musl`].map(
    (host) => `@github/copilot-${host}-${process.arch}/copilot`,
  ),
  oldest: [1, 0, 0],
  quiet: QUIET,
  profiles: ['safe', 'bypass'],
};

const TOKENS = ['COPILOT_GITHUB_TOKEN', 'GH_TOKEN', 'GITHUB_TOKEN'];
/** Who pays, for which model, and where the CLI keeps what it knows of the person. */
const INHERITED = [
  ...TOKENS,
  'GH_HOST',
  'COPILOT_HOME',
  'COPILOT_MODEL',
  'COPILOT_OFFLINE',
  'COPILOT_PROVIDER_BASE_URL',
  'COPILOT_PROVIDER_TYPE',
  'COPILOT_PROVIDER_WIRE_API',
  'COPILOT_PROVIDER_API_KEY',
  'COPILOT_PROVIDER_BEARER_TOKEN',
];

/** In sessions and in conversations. */
const ALWAYS = [
  '--no-auto-update',
  '--disable-client-telemetry',
  // The one of GitHub can change repositories on the server.
  '--disable-builtin-mcps',
  '--deny-tool=shell(git push)',
  `--secret-env-vars=${TOKENS.join(',')}`,
];
const FLAGS = ['--output-format', 'json', '--stream', 'off', '--no-color', '--no-ask-user', ...ALWAYS];
const USAGE_FILE = 'usage.json';
const USAGE_LIMIT = 1_000_000;

/** GitHub Copilot CLI, one process per session. See docs/backends/copilot.md. */
export function copilotBackend(
  config: Pick<Config, 'permissions' | 'planning' | 'validation'>,
  root: string,
): Backend {
  return {
    unavailable: () => problemOf(CLI, config, root),
    inspect: async () => ({
      ...(await installationOf(CLI, root)),
      login: loginOf({
        variables: [...TOKENS, 'COPILOT_PROVIDER_BASE_URL'],
        file: null,
        elsewhere: 'the keychain or the GitHub CLI may have it',
        fix: 'copilot login',
      }),
      sandbox: { state: 'none', text: 'none', needed: false },
    }),
    async launch(request) {
      const sessionId = request.resume?.sessionId ?? randomUUID();
      const roles = await rolesForSession('copilot', request, config);
      return {
        argv: [
          await programOf(CLI, root),
          // With `--session-id` it would begin a new one under that name if it has no such session any more.
          ...(request.resume === null ? ['--session-id', sessionId] : [`--resume=${sessionId}`]),
          ...FLAGS,
          '--usage-output-file',
          join(request.folder, USAGE_FILE),
          '--log-dir',
          join(request.folder, 'copilot-logs'),
          ...(request.model === null ? [] : ['--model', request.model]),
          ...(config.permissions === 'bypass'
            ? ['--allow-all']
            : // Where the result goes, and the copy of the PRD: commands that name other paths are denied.
              ['--allow-all-tools', '--add-dir', request.folder, '--add-dir', dirname(request.prdFile)]),
          ...roles.args,
        ],
        // As an argument it would be visible to everyone, and limited to 128 KB.
        stdin: 'prompt',
        inherit: INHERITED,
        env: { ...QUIET, ...roles.env },
        stopSignal: 'SIGTERM',
        sessionId,
        notes: roles.notes,
      };
    },
    readLine: readCopilotLine,
    converse: async (request, opening) => ({
      argv: [
        await programOf(CLI, root),
        ...ALWAYS,
        ...(request.model === null ? [] : ['--model', request.model]),
        '--interactive',
        opening,
      ],
      inherit: INHERITED,
      env: QUIET,
    }),
    async usageAfter(request) {
      const file = await readUntrusted(join(request.folder, USAGE_FILE), USAGE_LIMIT);
      return file !== null && 'text' in file ? readCopilotUsage(file.text) : null;
    },
  };
}
