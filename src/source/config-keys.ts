import { parseTokens } from './budget-text.ts';

type Kind = 'text' | 'number' | 'tokens' | 'amount' | 'list';

/** Every value of the configuration that a variable or a flag can set, by its dotted key. */
export const CONFIG_KEYS = {
  backend: 'text',
  'backendFor.teamLead': 'text',
  'backendFor.finalValidator': 'text',
  fallback: 'list',
  permissions: 'text',
  preset: 'text',
  parallel: 'number',
  base: 'text',
  land: 'text',
  setup: 'list',
  verify: 'list',
  copy: 'list',
  'timeouts.epic': 'text',
  'timeouts.idle': 'text',
  'timeouts.run': 'text',
  'timeouts.check': 'text',
  'timeouts.grace': 'text',
  'timeouts.backoff': 'text',
  'attempts.epic': 'number',
  'attempts.merge': 'number',
  'attempts.final': 'number',
  'budget.tokens': 'tokens',
  'budget.costUsd': 'amount',
  'planning.epic': 'text',
  'planning.story': 'text',
  'validation.story': 'text',
  'validation.epic': 'text',
  'validation.final': 'text',
  'validation.fixRounds': 'number',
} as const satisfies Record<string, Kind>;

export type ConfigKey = keyof typeof CONFIG_KEYS;

/** What `teams` gives to its sessions; a `teams` that is started inside a session must not read them as settings. */
const SESSION_VARIABLES = new Set([
  'TEAMS_ROLE',
  'TEAMS_RUN_ID',
  'TEAMS_EPIC_ID',
  'TEAMS_ATTEMPT',
  'TEAMS_WORKTREE',
  'TEAMS_PROMPT_FILE',
  'TEAMS_EPIC_FILE',
  'TEAMS_RESULT_PATH',
  'TEAMS_PRD_FILE',
  'TEAMS_RESUME',
  'TEAMS_SESSION',
]);

/** `validation.fixRounds` → `TEAMS_VALIDATION_FIX_ROUNDS`. */
export const variableOf = (key: string): string =>
  `TEAMS_${key
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .replace(/\./g, '_')
    .toUpperCase()}`;

export const flagOf = (key: string): string => `--${key.replace(/\./g, '-')}`;

const BY_VARIABLE = new Map(Object.keys(CONFIG_KEYS).map((key) => [variableOf(key), key as ConfigKey]));

/** The settings among the environment variables, and the `TEAMS_` variables that mean nothing. */
export function settingsIn(env: Readonly<Record<string, string | undefined>>): {
  readonly settings: ReadonlyMap<ConfigKey, string>;
  readonly unknown: readonly string[];
} {
  const settings = new Map<ConfigKey, string>();
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    // An empty variable is how shells unset one for a single command.
    if (!name.startsWith('TEAMS_') || SESSION_VARIABLES.has(name) || value === undefined || value === '')
      continue;
    const key = BY_VARIABLE.get(name);
    if (key === undefined) unknown.push(name);
    else settings.set(key, value);
  }
  return { settings, unknown };
}

export const configVariables = (): Iterable<string> => BY_VARIABLE.keys();

/** A flag's or variable's text as the type that the schema expects; what does not fit is left for the schema to refuse. */
export function coerce(key: ConfigKey, value: string | number | readonly string[]): unknown {
  if (typeof value !== 'string') return value;
  switch (CONFIG_KEYS[key]) {
    case 'text':
      return value;
    case 'number':
      return wholeNumberOr(value);
    case 'tokens':
      return parseTokens(value.trim()) ?? wholeNumberOr(value);
    case 'amount':
      return /^-?\d{1,9}(\.\d{1,6})?$/.test(value.trim()) ? Number(value) : value;
    case 'list':
      return value.trimStart().startsWith('[') ? listOf(value) : [value];
  }
}

const wholeNumberOr = (text: string): number | string =>
  /^-?\d{1,12}$/.test(text.trim()) ? Number(text) : text;

function listOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not a JSON list: the schema says what is expected.
    return text;
  }
}

/** The value at a dotted key of an object as in the file or as in the effective configuration. */
export function valueAt(object: unknown, key: string): unknown {
  let value = object;
  for (const part of key.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

export function nest(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    const parts = key.split('.');
    const last = parts.pop() ?? key;
    let object = root;
    for (const part of parts) object = (object[part] ??= {}) as Record<string, unknown>;
    object[last] = value;
  }
  return root;
}

export type Settings = Partial<Record<ConfigKey, string | number | readonly string[]>>;
