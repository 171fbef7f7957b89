import type { Argument, Command, Option } from 'commander';

/** Where in a command line the cursor is: what could stand there. */
export interface Position {
  readonly command: Command;
  /** As far as it is typed. */
  readonly typed: string;
  /** Stands before every completion: `--backend=` where that is one word with its value. */
  readonly prefix: string;
  /** The option whose value it is. */
  readonly option: Option | null;
  /** Whether another option could begin here. */
  readonly mayBeOption: boolean;
  readonly argument: Argument | null;
  /** Whether a command below this one could begin here. */
  readonly mayBeCommand: boolean;
  /** Words before that belong to the same list, and options that are there. */
  readonly given: readonly string[];
}

/** `words`: everything behind the name of the program, the last one being typed. */
export function positionIn(program: Command, words: readonly string[]): Position {
  const before = words.slice(0, -1);
  const typed = words.at(-1) ?? '';
  let command = program;
  let option: Option | null = null;
  let onlyArguments = false;
  let values: string[] = [];
  const options: string[] = [];
  const positional: string[] = [];
  for (const [index, word] of before.entries()) {
    // bash makes three words of `--backend=claude`.
    if (word === '=' && option !== null && before[index - 1]?.startsWith('--') === true) continue;
    if (option !== null && !((option.variadic || option.optional) && word.startsWith('-'))) {
      values.push(word);
      if (!option.variadic) option = null;
      continue;
    }
    option = null;
    if (!onlyArguments && word === '--') onlyArguments = true;
    else if (!onlyArguments && word.startsWith('-') && word !== '-') {
      const [flag = word] = word.split('=', 1);
      options.push(flag);
      const found = findOption(command, flag);
      values = [];
      if (found !== null && takesValue(found) && !word.includes('=')) option = found;
    } else {
      // It stands before the command that it is about.
      if (word === 'help' && command.commands.length > 0 && positional.length === 0) continue;
      const below = positional.length === 0 ? command.commands.find((sub) => named(sub, word)) : undefined;
      if (below === undefined) positional.push(word);
      else command = below;
    }
  }
  const inline = onlyArguments || option !== null ? null : inlineValue(command, typed);
  if (inline !== null)
    return { command, ...inline, mayBeOption: false, mayBeCommand: false, argument: null, given: [] };
  const own = {
    command,
    prefix: '',
    typed: option !== null && typed === '=' ? '' : typed,
    mayBeCommand: option === null && positional.length === 0,
  };
  if (option !== null) {
    // The next value of a list or one that may be left out, or what comes after it.
    const mayBeOption = option.optional || (option.variadic && values.length > 0);
    return {
      ...own,
      option,
      mayBeOption,
      argument: null,
      given: mayBeOption ? [...values, ...options] : values,
    };
  }
  const argument = argumentAt(command, positional.length);
  const given = [...(argument?.variadic === true ? positional : []), ...options];
  return { ...own, option: null, mayBeOption: !onlyArguments, argument, given };
}

const named = (command: Command, word: string): boolean =>
  command.name() === word || command.aliases().includes(word);

const takesValue = (option: Option): boolean => option.required || option.optional;

const findOption = (command: Command, flag: string): Option | null =>
  command.options.find((option) => option.long === flag || option.short === flag) ?? null;

function inlineValue(
  command: Command,
  typed: string,
): { readonly option: Option; readonly prefix: string; readonly typed: string } | null {
  const match = /^(--[^=]+)=(.*)$/s.exec(typed);
  const option = match === null ? null : findOption(command, match[1] ?? '');
  if (match === null || option === null || !takesValue(option)) return null;
  return { option, prefix: `${match[1]}=`, typed: match[2] ?? '' };
}

function argumentAt(command: Command, index: number): Argument | null {
  const all = command.registeredArguments;
  const last = all.at(-1);
  return all[index] ?? (last?.variadic === true ? last : null);
}
