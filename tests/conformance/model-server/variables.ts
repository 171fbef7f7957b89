import type { Conversation } from './conversation.ts';

export type Variables = Readonly<Record<string, string>>;

/** Lines of the project's prompts that name what a scenario needs, each in its ways; the first that fits counts. */
const LINES: Readonly<Record<string, readonly RegExp[]>> = {
  worktree: [/^- Worktree \(your working directory\): `([^`]+)`/m],
  result: [
    /to a temporary name in the folder of `([^`]+)`/,
    /Write JSON to (?:exactly this path: )?`([^`]+)`/,
  ],
  input: [/^- The (?:epic|findings|input) as JSON: `([^`]+)`/m],
  epic: [/\bepic ([^\s,]+), attempt \d/, /^# This time: (\S+) \(/m, /^## .* \(attempt \d+, (\S+)\)$/m],
  attempt: [/\battempt (\d+)/],
};
const CARRIED = /<!-- teams-vars: (\{.*\}) -->/g;

/**
 * What the messages of the user say, and before that what a parent handed down. The last message counts: a session that
 * was resumed has been told all of it again.
 */
export function variablesOf(conversation: Conversation): Variables {
  const texts = conversation.entries.flatMap((entry) => (entry.from === 'user' ? [entry.text] : []));
  const all = [...texts, ...conversation.system].join('\n');
  const carried = [...all.matchAll(CARRIED)].at(-1)?.[1];
  if (carried !== undefined) return JSON.parse(carried) as Variables;
  const found: Record<string, string> = {};
  for (const text of [...conversation.system, ...texts]) {
    for (const [name, lines] of Object.entries(LINES)) {
      const value = lines.map((line) => line.exec(text)?.[1]).find((match) => match !== undefined);
      if (value !== undefined) found[name] = value;
    }
  }
  return found;
}

/** A line for the prompt of a sub-agent, so that its conversation knows what its parent's knew. */
export const carry = (variables: Variables): string => `<!-- teams-vars: ${JSON.stringify(variables)} -->`;

/** Replaces `{name}`; names without a value stay, so that braces of shell and JSON survive. */
export const expand = (text: string, variables: Variables): string =>
  text.replace(/\{([a-z]+)\}/g, (whole, name: string) => variables[name] ?? whole);
