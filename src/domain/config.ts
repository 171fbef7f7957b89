import * as z from 'zod';
import { AGENT_CLIS, BUILT_IN_BACKENDS } from './backend-names.ts';
import { pinnedModels } from './pinned-models.ts';

const WHEN = ['auto', 'always', 'never'] as const;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)(s|m|h)$/;

/** `10s`, `5m`, `2h` in milliseconds; null for anything else. */
export function parseDuration(text: string): number | null {
  const match = DURATION.exec(text);
  if (match === null) return null;
  return Math.round(Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS]);
}

// Editors show descriptions beside what they complete, and offer what `examples` has.
const duration = (about: string) =>
  z
    .string()
    .regex(DURATION, 'a duration such as 10s, 5m or 2h')
    .meta({ description: `${about}. A duration: 10s, 5m, 2h`, examples: ['10m', '1h'] })
    .optional();
const backendName = (about: string) =>
  z
    .string()
    .min(1)
    .optional()
    .meta({ description: about, examples: [...BUILT_IN_BACKENDS] });
const count = (about: string) => z.int().min(1).max(20).describe(about).optional();
const command = z.string().min(1).describe('A command line, run by sh in the worktree');
const when = (about: string) =>
  z.enum(WHEN).describe(`${about}: always, never, or when the lead finds it worth it (auto)`).optional();

/** What is replaced in the arguments of a command, in braces. */
export const PLACEHOLDERS = [
  'prompt_file',
  'worktree',
  'result',
  'epic_id',
  'role',
  'model',
  'session',
] as const;

const customBackend = z.strictObject({
  command: z
    .array(z.string())
    .min(1)
    .describe(
      `argv, never a shell string; ${PLACEHOLDERS.map((name) => `{${name}}`).join(' ')} are replaced`,
    ),
  stdin: z
    .enum(['prompt', 'none'])
    .default('none')
    .describe('What the program reads from its standard input'),
  env: z.array(z.string()).default([]).describe('Names of variables that are added to the allow-list'),
});
const scriptedBackend = z.strictObject({
  script: z.string().min(1).describe('Path of the script, from the repository root'),
});

/** The shape of teams.config.yml. Everything is optional: see `DEFAULTS` and `PRESETS`. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1).optional().describe('The version of this format'),
  backend: backendName('The agent CLI behind the sessions: a built-in one, or a name under backends'),
  backendFor: z
    .strictObject({
      teamLead: backendName('Also merges and fixes'),
      finalValidator: backendName('Judges the merged work'),
    })
    .optional()
    .describe('Another backend for a group of roles'),
  fallback: z
    .array(z.string().min(1))
    .optional()
    .meta({
      description: 'Backends that stand in, in this order, while one is not there, down or limited',
      examples: [AGENT_CLIS.slice(0, 2)],
    }),
  permissions: z
    .enum(['safe', 'sandboxed', 'bypass'])
    .optional()
    .describe('What a session may do without asking; what that prevents depends on the backend'),
  preset: z
    .enum(['balanced', 'full', 'minimal'])
    .optional()
    .describe('How much planning and validation there is, where the keys below do not say it'),
  parallel: z.int().min(1).max(64).optional().describe('Sessions at a time'),
  base: z
    .string()
    .min(1)
    .optional()
    .describe('Where work starts from; default: branchName of the PRD, else the current branch'),
  land: z
    .enum(['leave', 'merge'])
    .optional()
    .describe('What happens to a passed integration branch: left alone, or merged into your branch'),
  setup: z.array(command).optional().describe('Run once in every new worktree'),
  verify: z
    .array(command)
    .optional()
    .describe('Run by teams on the branch of an epic and on the merged candidate'),
  copy: z.array(z.string().min(1)).optional().describe('Git-ignored files copied into every worktree'),
  timeouts: z
    .strictObject({
      epic: duration('One session'),
      idle: duration('How long a session may say nothing'),
      run: duration('The whole run'),
      check: duration('One setup or verify command'),
      grace: duration('The whole of a stop'),
      backoff: duration('First pause of a backend that is down or limited and does not say until when'),
    })
    .optional(),
  attempts: z
    .strictObject({
      epic: count('Sessions for one epic before it has failed'),
      merge: count('Merger sessions for one merge'),
      final: count('Rounds of the final validation'),
    })
    .optional(),
  budget: z
    .strictObject({
      tokens: z.int().min(1).optional().describe('Of all sessions, with what was read from caches'),
      costUsd: z.number().positive().optional().describe('In US dollars, as far as the agent CLI tells'),
    })
    .optional()
    .describe('When it is spent, nothing new is started'),
  planning: z
    .strictObject({ epic: when('A planner per epic'), story: when('A planner per story') })
    .optional(),
  validation: z
    .strictObject({
      story: when('A validator per story'),
      epic: when('A validator per epic'),
      final: z
        .enum(WHEN)
        .optional()
        .describe('The final validation of the whole; never: the verdict rests on checks alone'),
      fixRounds: z
        .int()
        .min(0)
        .max(20)
        .optional()
        .describe('How often a lead has findings of its validators mended'),
    })
    .optional(),
  models: pinnedModels
    .optional()
    .describe('Model per role (teamLead, builder, …) or per tier (small, medium, large)'),
  backends: z.record(z.string(), z.union([customBackend, scriptedBackend])).optional(),
});

export type ConfigFile = z.infer<typeof configSchema>;
export type BackendConfig = z.infer<typeof customBackend> | z.infer<typeof scriptedBackend>;
type When = (typeof WHEN)[number];

/** The effective configuration. All times in milliseconds. */
export interface Config {
  readonly backend: string;
  /** Where it differs from `backend`. An epic of the PRD can name one of its own. */
  readonly backendFor: { readonly teamLead: string | null; readonly finalValidator: string | null };
  readonly fallback: readonly string[];
  /** What a session of an agent CLI may do without asking. */
  readonly permissions: 'safe' | 'sandboxed' | 'bypass';
  readonly preset: 'balanced' | 'full' | 'minimal';
  readonly parallel: number;
  readonly base: string | null;
  readonly land: 'leave' | 'merge';
  readonly setup: readonly string[];
  readonly verify: readonly string[];
  readonly copy: readonly string[];
  readonly timeouts: {
    /** One attempt, from session start to the end of its checks. */
    readonly epic: number;
    /** No output from a session for this long ends it. */
    readonly idle: number;
    readonly run: number;
    readonly check: number;
    /** The whole of a stop: sessions are asked at once and killed after a third of it. */
    readonly grace: number;
    /** First pause of a backend that does not say when it is there again; doubles each time. */
    readonly backoff: number;
  };
  readonly attempts: { readonly epic: number; readonly merge: number; readonly final: number };
  readonly budget: { readonly tokens: number | null; readonly costUsd: number | null };
  readonly planning: { readonly epic: When; readonly story: When };
  readonly validation: {
    readonly story: When;
    readonly epic: When;
    readonly final: When;
    readonly fixRounds: number;
  };
  readonly models: Readonly<Record<string, string>>;
  readonly backends: Readonly<Record<string, BackendConfig>>;
}

const minutes = (n: number): number => n * UNIT_MS.m;

export const DEFAULTS: Config = {
  backend: 'claude',
  backendFor: { teamLead: null, finalValidator: null },
  fallback: [],
  permissions: 'safe',
  preset: 'balanced',
  parallel: 1,
  base: null,
  land: 'leave',
  setup: [],
  verify: [],
  copy: [],
  timeouts: {
    epic: minutes(60),
    idle: minutes(10),
    run: minutes(300),
    check: minutes(15),
    grace: 10_000,
    backoff: minutes(1),
  },
  attempts: { epic: 2, merge: 2, final: 2 },
  budget: { tokens: null, costUsd: null },
  planning: { epic: 'auto', story: 'never' },
  validation: { story: 'never', epic: 'auto', final: 'always', fixRounds: 1 },
  models: {},
  backends: {},
};

export const PRESETS: Record<Config['preset'], Pick<Config, 'planning' | 'validation'>> = {
  balanced: { planning: DEFAULTS.planning, validation: DEFAULTS.validation },
  full: {
    planning: { epic: 'auto', story: 'auto' },
    validation: { story: 'auto', epic: 'auto', final: 'always', fixRounds: 1 },
  },
  minimal: {
    planning: { epic: 'never', story: 'never' },
    validation: { story: 'never', epic: 'never', final: 'never', fixRounds: 1 },
  },
};
