import { type Answers, LIMITS, presetOf, TIMES } from './setup-answers.ts';
import { scalarText } from './yaml-scalar.ts';

/** A whole teams.config.yml that explains itself. `head`: comment lines that tell editors where the schema is. */
export function newConfig(answers: Answers, head: string): string {
  const byHand = presetOf(answers) === null;
  return `${head}
# How teams works on this repository. "teams config" prints every value and where it comes from;
# "teams setup" asks again and keeps what you write here.
version: 1

# The agent CLI behind the sessions: claude, codex, copilot, opencode, or a name under "backends".
backend: ${scalarText(answers.backend)}

# Who plans and who checks, beside the builders: minimal, balanced or full.
preset: ${answers.preset}
${byHand ? steps(answers) : ''}
# Sessions at a time.
parallel: ${answers.parallel}

# Command lines that prepare every new worktree.
${list('setup', answers.setup)}

# Command lines that decide whether work is done: teams itself runs them, before and after each merge.
${list('verify', answers.verify)}

timeouts:
${TIMES.map((key) => `  ${`${key.slice('timeouts.'.length)}: ${scalarText(answers[key])}`.padEnd(12)} # ${ABOUT[key]}`).join('\n')}

# What a run may spend: costUsd (US dollars, as far as the agent CLI tells), tokens (of all sessions, with what was read
# from caches), or both. When one is spent, nothing new is started and the run ends as stalled. Without one: no limit.
${budget(answers)}

# A model per role (teamLead, builder, …) or per size of the work (small, medium, large), by the names that the CLI
# has for them. Without one, the CLI and the lead choose.
${models(answers)}

# There are more keys, for more backends than one, permissions, attempts: "teams config" lists them all.
`;
}

/** What each limit is for, for the file and for who is asked. */
export const ABOUT: Readonly<Record<(typeof TIMES)[number], string>> = {
  'timeouts.epic': 'one session',
  'timeouts.idle': 'how long a session may say nothing',
  'timeouts.run': 'the whole run',
  'timeouts.check': 'one command of setup or verify',
  'timeouts.grace': 'a whole stop; what still runs after a third of it is killed',
};

const steps = (answers: Answers): string => `
# Step by step, instead of what the preset says: always, never, or when the lead finds it worth it (auto).
planning:
  epic: ${answers['planning.epic']}
  story: ${answers['planning.story']}
validation:
  story: ${answers['validation.story']}
  epic: ${answers['validation.epic']}
  final: ${answers['validation.final']}
`;

const list = (key: string, values: readonly string[]): string =>
  values.length === 0
    ? `${key}: []`
    : [`${key}:`, ...values.map((value) => `  - ${scalarText(value)}`)].join('\n');

function budget(answers: Answers): string {
  const set = LIMITS.flatMap((key) => {
    const limit = answers[key];
    return limit === null ? [] : [`  ${key.slice('budget.'.length)}: ${scalarText(limit)}`];
  });
  return set.length === 0 ? 'budget: {}' : ['budget:', ...set].join('\n');
}

function models({ models: pinned }: Answers): string {
  const entries = Object.entries(pinned);
  if (entries.length === 0) return 'models: {}';
  return ['models:', ...entries.map(([name, model]) => `  ${scalarText(name)}: ${scalarText(model)}`)].join(
    '\n',
  );
}
