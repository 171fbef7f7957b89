import type { TalkRequest } from './backend.ts';

/**
 * What an agent gets of the person's environment: enough to find programs, certificates, proxies and an identity for
 * commits. Everything else, and so every secret that nobody named, stays out. `CI` is not set either: test runners then
 * refuse to write snapshots and some builds turn warnings into errors, which is not how a person's checkout behaves.
 */
const BASICS = 'PATH HOME USER LOGNAME SHELL LANG LANGUAGE TERM TMPDIR TZ SSH_AUTH_SOCK';
const PROXIES = 'HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy';
const CERTIFICATES =
  'SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS CURL_CA_BUNDLE REQUESTS_CA_BUNDLE GIT_SSL_CAINFO';
/** Where git's own configuration is. Never GIT_DIR or GIT_INDEX_FILE: they would lead out of the worktree. */
const GIT_CONFIGURATION = 'GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_CONFIG_NOSYSTEM';
const ALLOWED = new Set(
  [BASICS, PROXIES, CERTIFICATES, GIT_CONFIGURATION].flatMap((names) => names.split(' ')),
);
const ALLOWED_PREFIX = /^(LC_|XDG_|GIT_AUTHOR_|GIT_COMMITTER_)/;

/** Variables of the person that pass: the allow-list and the names that the backend adds. */
export function inheritedEnvironment(extra: readonly string[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    const passes = ALLOWED.has(name) || ALLOWED_PREFIX.test(name) || extra.includes(name);
    if (value !== undefined && passes) env[name] = value;
  }
  return env;
}

/** What a program on a terminal draws with, and what it opens for the person. */
const ON_A_TERMINAL =
  'COLORTERM TERM_PROGRAM TERM_PROGRAM_VERSION TERMINFO COLORFGBG NO_COLOR TMUX EDITOR VISUAL BROWSER DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS'.split(
    ' ',
  );

/** The same for a session that has the terminal of the person. */
export const terminalEnvironment = (extra: readonly string[]): Record<string, string> =>
  inheritedEnvironment([...ON_A_TERMINAL, ...extra]);

/** What every session is told, whatever its backend. Holds no secret. */
export function contractEnvironment(request: TalkRequest): Record<string, string> {
  return {
    TEAMS_ROLE: request.role,
    TEAMS_EPIC_ID: request.epicId ?? '',
    TEAMS_ATTEMPT: String(request.attempt),
    TEAMS_WORKTREE: request.worktree,
    TEAMS_PROMPT_FILE: request.promptFile,
    TEAMS_EPIC_FILE: request.epicFile,
    TEAMS_RESULT_PATH: request.resultPath,
    TEAMS_PRD_FILE: request.prdFile,
    ...(request.resume !== null && { TEAMS_RESUME: request.resume.sessionId }),
    // Nobody sits at a prompt for a password: git has to fail instead of waiting.
    GIT_TERMINAL_PROMPT: '0',
  };
}
