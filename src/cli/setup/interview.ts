import { type Config, parseDuration } from '../../domain/config.ts';
import type { BackendReport } from '../../domain/doctor.ts';
import { AGENT_ROLES, camelCase, TIERS } from '../../domain/role-names.ts';
import { parseDollars, parseTokens } from '../../source/budget-text.ts';
import type { Suggestion, Suggestions } from '../../source/detect/suggestion.ts';
import { ABOUT } from '../../source/new-config.ts';
import {
  type Answers,
  type AskedKey,
  type LimitKey,
  presetOf,
  type Step,
  STEPS,
  stepsOf,
  TIMES,
} from '../../source/setup-answers.ts';
import type { Asking, Choice } from '../asking.ts';

export interface InterviewRequest {
  /** What is answered when a person just presses Enter. */
  readonly answers: Answers;
  /** What needs no question: flags have said it. */
  readonly given: ReadonlySet<AskedKey | 'models'>;
  readonly backends: readonly BackendReport[];
  readonly suggestions: Suggestions;
}

type Question = (ask: Asking, answers: Answers, request: InterviewRequest) => Promise<Answers | null>;

/** One question after the other. Null: the person left. */
export async function interview(ask: Asking, request: InterviewRequest): Promise<Answers | null> {
  let { answers } = request;
  for (const question of QUESTIONS) {
    const next = await question(ask, answers, request);
    if (next === null) return null;
    answers = next;
  }
  return answers;
}

const askBackend: Question = async (ask, answers, { given, backends }) => {
  if (given.has('backend')) return answers;
  const offered = backends.filter(({ name, problem }) => problem === null || name === answers.backend);
  const choices = offered.map((one) => {
    const hint = hintOf(one);
    return { value: one.name, label: one.name, ...(hint === '' ? {} : { hint }) };
  });
  const backend = await ask.choose('Which agent CLI does the work?', choices, answers.backend);
  return backend === null ? null : { ...answers, backend };
};

function hintOf({ version, problem, login }: BackendReport): string {
  if (problem !== null) return 'cannot be started here';
  const parts = [version ?? '', login?.state === 'missing' ? 'not logged in' : ''];
  return parts.filter((part) => part !== '').join(', ');
}

const PRESET_CHOICES: readonly Choice<Config['preset'] | 'steps'>[] = [
  { value: 'minimal', label: 'minimal', hint: 'builders only, your commands judge the result' },
  { value: 'balanced', label: 'balanced', hint: 'the lead may plan and validate an epic' },
  { value: 'full', label: 'full', hint: 'the lead may plan and validate each story too' },
  { value: 'steps', label: 'step by step' },
];

const STEP_QUESTIONS: Readonly<Record<Step, string>> = {
  'planning.epic': 'Is an epic planned before it is built?',
  'planning.story': 'Is each story planned before it is built?',
  'validation.story': 'Is each story validated by an agent?',
  'validation.epic': 'Is each epic validated by an agent?',
  'validation.final': 'Is the whole validated by an agent at the end?',
};

const WHEN: readonly Choice<string>[] = [
  { value: 'auto', label: 'auto', hint: 'where it is worth it' },
  { value: 'always', label: 'always' },
  { value: 'never', label: 'never' },
];

const askPreset: Question = async (ask, answers, { given }) => {
  const open = STEPS.filter((step) => !given.has(step));
  if (given.has('preset') || open.length === 0) return answers;
  const now = presetOf(answers) ?? 'steps';
  const chosen = await ask.choose('How much do agents plan and check?', PRESET_CHOICES, now);
  if (chosen === null) return null;
  if (chosen !== 'steps') {
    const kept = STEPS.filter((step) => given.has(step)).map((step) => [step, answers[step]]);
    return { ...answers, preset: chosen, ...stepsOf(chosen), ...Object.fromEntries(kept) };
  }
  let next = answers;
  for (const step of open) {
    const when = await ask.choose(STEP_QUESTIONS[step], WHEN, next[step]);
    if (when === null) return null;
    next = { ...next, [step]: when };
  }
  return next;
};

const askParallel: Question = async (ask, answers, { given }) => {
  if (given.has('parallel')) return answers;
  const text = await ask.text('How many sessions at a time?', {
    initial: String(answers.parallel),
    wrong: (typed) => (/^([1-9]|[1-5]\d|6[0-4])$/.test(typed) ? null : 'A whole number from 1 to 64'),
  });
  return text === null ? null : { ...answers, parallel: Number(text) };
};

const askSetup: Question = async (ask, answers, { given, suggestions }) => {
  if (given.has('setup')) return answers;
  const setup = await askCommands(ask, 'What prepares a new worktree?', answers.setup, suggestions.setup);
  return setup === null ? null : { ...answers, setup };
};

const askVerify: Question = async (ask, answers, { given, suggestions }) => {
  if (given.has('verify')) return answers;
  const verify = await askCommands(
    ask,
    'What has to pass before work is done?',
    answers.verify,
    suggestions.verify,
  );
  return verify === null ? null : { ...answers, verify };
};

/** Those of the answer first, in their order, then what the repository suggests, then what is typed. */
async function askCommands(
  ask: Asking,
  question: string,
  answer: readonly string[],
  suggestions: readonly Suggestion[],
): Promise<readonly string[] | null> {
  const from = new Map(suggestions.map((one) => [one.command, one.from]));
  const known = [...new Set([...answer, ...from.keys()])];
  if (known.length === 0) return askMore(ask, [], question);
  const choices: Choice<string | null>[] = known.map((command) => {
    const hint = from.get(command);
    return { value: command, label: command, ...(hint === undefined ? {} : { hint }) };
  });
  const chosen = await ask.chooseSome(
    question,
    [...choices, { value: null, label: 'another command' }],
    answer,
  );
  if (chosen === null) return null;
  const commands = chosen.filter((one) => one !== null);
  return commands.length === chosen.length ? commands : askMore(ask, commands, 'Which one?');
}

/** Until an empty line. */
async function askMore(
  ask: Asking,
  before: readonly string[],
  question: string,
): Promise<readonly string[] | null> {
  let commands = before;
  for (let text = `${question} A command line, or nothing`; ; text = 'And then? A command line, or nothing') {
    const typed = await ask.text(text, {});
    if (typed === null) return null;
    if (typed === '') return commands;
    if (!commands.includes(typed)) commands = [...commands, typed];
  }
}

const askTimes: Question = async (ask, answers, { given }) => {
  const open = TIMES.filter((key) => !given.has(key));
  if (open.length === 0) return answers;
  const now = open.map((key) => `${nameOf(key)} ${answers[key]}`).join(', ');
  const choices = [
    { value: false, label: 'keep', hint: now },
    { value: true, label: 'change' },
  ];
  const change = await ask.choose('Time limits?', choices, false);
  if (change === null) return null;
  let next = answers;
  for (const key of change ? open : []) {
    const text = await ask.text(`${nameOf(key)}: ${ABOUT[key]}`, {
      initial: next[key],
      wrong: wrongDuration,
    });
    if (text === null) return null;
    next = { ...next, [key]: text };
  }
  return next;
};

const nameOf = (key: string): string => key.slice('timeouts.'.length);

function wrongDuration(text: string): string | null {
  const ms = parseDuration(text);
  return ms !== null && ms > 0 && ms <= 500 * 3_600_000 ? null : 'A duration such as 90s, 30m or 2h';
}

/** An emptied answer takes the limit away. */
const askLimit =
  (key: LimitKey, question: string, parse: (text: string) => number | null, expected: string): Question =>
  async (ask, answers, { given }) => {
    if (given.has(key)) return answers;
    const text = await ask.text(question, {
      initial: String(answers[key] ?? ''),
      wrong: (typed) => (typed === '' || parse(typed) !== null ? null : expected),
    });
    return text === null ? null : { ...answers, [key]: parse(text) };
  };

const askDollars = askLimit(
  'budget.costUsd',
  'How many US dollars may a run spend? A number, or nothing: no limit',
  parseDollars,
  'A number above 0, such as 20 or 7.50, or nothing',
);

const askTokens = askLimit(
  'budget.tokens',
  'How many tokens may a run spend? A number, or nothing: no limit',
  parseTokens,
  'A whole number above 0, such as 1200000, 500k or 5M, or nothing',
);

/** As the documentation spells them. */
const MODEL_KEYS = ['teamLead', ...AGENT_ROLES.map(camelCase), ...TIERS];

const askModels: Question = async (ask, answers, { given }) => {
  if (given.has('models')) return answers;
  const names = [...new Set([...Object.keys(answers.models), ...MODEL_KEYS])];
  const choices = names.map((name) => {
    const hint =
      answers.models[name] ?? ((TIERS as readonly string[]).includes(name) ? 'size of the work' : undefined);
    return { value: name, label: name, ...(hint === undefined ? {} : { hint }) };
  });
  const pinned = await ask.chooseSome(
    'Which roles get a model of your choice?',
    choices,
    Object.keys(answers.models),
  );
  if (pinned === null) return null;
  const models = new Map<string, string>();
  for (const name of pinned) {
    const model = await ask.text(`Model of ${name}, as the CLI calls it`, {
      initial: answers.models[name] ?? '',
      wrong: (typed) => (typed === '' ? 'The name of a model' : null),
    });
    if (model === null) return null;
    models.set(name, model);
  }
  return { ...answers, models: Object.fromEntries(models) };
};

const QUESTIONS: readonly Question[] = [
  askBackend,
  askPreset,
  askParallel,
  askSetup,
  askVerify,
  askTimes,
  askDollars,
  askTokens,
  askModels,
];
