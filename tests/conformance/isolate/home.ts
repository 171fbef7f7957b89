import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CliName } from '../install/clis.ts';
import { cacheFolder } from '../install/ensure-cli.ts';

const KEY = 'dummy-key';
const MODEL = 'scripted';

/**
 * A home in `folder` that knows one model, at `url`, and no account: the whole environment of a CLI, beside what the
 * caller adds. Telemetry and updates are off, and proxies lead nowhere for what asks anyway.
 */
export function freshHome(
  name: CliName,
  url: string,
  folder: string,
  options: HomeOptions = {},
): Readonly<Record<string, string>> {
  mkdirSync(folder, { recursive: true });
  const write = (path: string, content: string): void => {
    const file = join(folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
  };
  mkdirSync(join(folder, 'tmp'), { recursive: true });
  write('.gitconfig', '[user]\n\tname = Rig\n\temail = rig@example.invalid\n[gc]\n\tauto = 0\n');
  return { ...basics(folder), ...BACKENDS[name](url, folder, write, options) };
}

/** Answers beforehand what a CLI asks on a terminal when it is new, or in a folder that it does not know. */
export function greet(name: CliName, home: string, folder: string): void {
  if (name === 'claude') {
    const state = {
      hasCompletedOnboarding: true,
      theme: 'dark',
      customApiKeyResponses: { approved: [KEY], rejected: [] },
      projects: { [folder]: { hasTrustDialogAccepted: true } },
    };
    mkdirSync(join(home, '.claude'), { recursive: true });
    writeFileSync(join(home, '.claude/.claude.json'), JSON.stringify(state));
  } else if (name === 'codex') {
    appendFileSync(join(home, '.codex/config.toml'), `\n[projects."${folder}"]\ntrust_level = "trusted"\n`);
  } else if (name === 'copilot') {
    mkdirSync(join(home, '.copilot'), { recursive: true });
    writeFileSync(join(home, '.copilot/config.json'), JSON.stringify({ trusted_folders: [folder] }));
  }
}

export interface HomeOptions {
  /** Instead of the model that the home is set up with; for the CLIs that do different things with different ones. */
  readonly model?: string;
  /** The login of a subscription instead of a key: only then does a CLI tell when its limit is reset. */
  readonly subscription?: boolean;
}

/** Nothing beyond the loopback, even where there is no network namespace. The port is one that nobody listens on. */
export const NOWHERE: Readonly<Record<string, string>> = Object.fromEntries([
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'].map(
    (variable) => [variable, 'http://127.0.0.1:9'] as const,
  ),
  ['NO_PROXY', '127.0.0.1,localhost'] as const,
  ['no_proxy', '127.0.0.1,localhost'] as const,
]);

const basics = (home: string): Readonly<Record<string, string>> => ({
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: home,
  // The shell that a CLI runs commands in; without it, another one on each machine.
  SHELL: '/bin/bash',
  // Sockets and outputs of tools go there too.
  TMPDIR: join(home, 'tmp'),
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  TERM: 'dumb',
  XDG_CACHE_HOME: join(home, '.cache'),
  XDG_CONFIG_HOME: join(home, '.config'),
  XDG_DATA_HOME: join(home, '.local/share'),
  XDG_STATE_HOME: join(home, '.local/state'),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  DO_NOT_TRACK: '1',
  ...NOWHERE,
});

type Write = (path: string, content: string) => void;
type Settings = (
  url: string,
  home: string,
  write: Write,
  options: HomeOptions,
) => Readonly<Record<string, string>>;

const BACKENDS: Readonly<Record<CliName, Settings>> = {
  claude: (url, home, _, { subscription }) => ({
    ANTHROPIC_BASE_URL: url,
    ...(subscription === true ? { CLAUDE_CODE_OAUTH_TOKEN: KEY } : { ANTHROPIC_API_KEY: KEY }),
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    // What it keeps beside TMPDIR, for sockets that have to have short paths.
    CLAUDE_CODE_TMPDIR: join(home, 'tmp'),
    // It refuses to work as root without questions otherwise; the namespace maps the user to root.
    IS_SANDBOX: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    CLAUDE_CODE_ENABLE_TELEMETRY: '0',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_AUTOUPDATER: '1',
    // The default waits three minutes before an error becomes an error.
    CLAUDE_CODE_MAX_RETRIES: '1',
  }),
  codex: (url, home, write, { model }) => {
    write(
      '.codex/config.toml',
      `model = "${model ?? 'gpt-5.5'}"
model_provider = "scripted"
check_for_update_on_startup = false

[agents]
max_threads = 8

[analytics]
enabled = false

[feedback]
enabled = false

[model_providers.scripted]
name = "scripted"
base_url = "${url}/v1"
env_key = "CODEX_API_KEY"
wire_api = "responses"
request_max_retries = 1
stream_max_retries = 1
`,
    );
    return { CODEX_HOME: join(home, '.codex'), CODEX_API_KEY: KEY };
  },
  copilot: (url, home) => ({
    COPILOT_OFFLINE: 'true',
    COPILOT_PROVIDER_BASE_URL: `${url}/v1`,
    COPILOT_PROVIDER_API_KEY: KEY,
    COPILOT_PROVIDER_TYPE: 'openai',
    COPILOT_PROVIDER_WIRE_API: 'completions',
    COPILOT_MODEL: MODEL,
    COPILOT_AUTO_UPDATE: 'false',
    COPILOT_HOME: join(home, '.copilot'),
    // It unpacks 235 MB on its first start: once is enough.
    XDG_CACHE_HOME: join(cacheFolder(), 'copilot-unpacked'),
  }),
  opencode: (url, home, write) => {
    const file = '.config/opencode/opencode.json';
    const limit = { context: 200_000, output: 8_000 };
    const cost = { input: 3, output: 15 };
    write(
      file,
      JSON.stringify({
        autoupdate: false,
        share: 'disabled',
        model: `scripted/${MODEL}`,
        small_model: `scripted/${MODEL}-small`,
        provider: {
          scripted: {
            npm: '@ai-sdk/openai-compatible',
            name: 'scripted',
            options: { baseURL: `${url}/v1`, apiKey: KEY },
            models: {
              [MODEL]: { name: MODEL, limit, cost, tool_call: true },
              [`${MODEL}-small`]: { name: `${MODEL}-small`, limit, cost },
            },
          },
        },
      }),
    );
    return {
      OPENCODE_CONFIG: join(home, file),
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_SHARE: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
    };
  },
};
