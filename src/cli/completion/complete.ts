import type { Command, Option } from 'commander';
import { printable } from '../../domain/printable.ts';
import { type Position, positionIn } from './position.ts';
import { type Candidate, type ValueKind, valuesOf } from './values.ts';

export interface Completion {
  /** What the shell completes itself. */
  readonly paths: 'files' | 'folders' | null;
  readonly candidates: readonly Candidate[];
}

/** What could stand at the end of a command line. */
export async function complete(program: Command, words: readonly string[], cwd: string): Promise<Completion> {
  const position = positionIn(program, words);
  const { option, argument, mayBeOption, typed, prefix, given } = position;
  const candidates: Candidate[] = [];
  let paths: Completion['paths'] = null;
  const wantsOption = typed.startsWith('-');
  if (!wantsOption || option !== null) {
    const kind = kindAt(position);
    const choices = option?.argChoices ?? argument?.argChoices;
    if (kind === 'files' || kind === 'folders') paths = kind;
    else if (choices !== undefined) candidates.push(...choices.map((value) => ({ value, about: '' })));
    else if (kind !== null) candidates.push(...(await valuesOf(kind, cwd)));
  }
  if (position.mayBeCommand && !wantsOption) candidates.push(...commandsOf(position));
  if (mayBeOption && wantsOption) candidates.push(...optionsOf(position));
  return {
    paths,
    candidates: candidates
      .filter(({ value }) => value.startsWith(typed) && !given.includes(value) && isPlain(value))
      .map(({ value, about }) => ({ value: prefix + value, about: printable(about) })),
  };
}

/** No shell has to quote it; nothing that somebody wrote into a file could be more than a word. */
const isPlain = (value: string): boolean => /^[\w@%+./:-]{1,100}$/.test(value) && !value.startsWith('~');

const commandsOf = ({ command }: Position): readonly Candidate[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .map((sub) => ({ value: sub.name(), about: sub.description() }));

const optionsOf = ({ command, given }: Position): readonly Candidate[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .flatMap((option) => {
      const spent =
        !option.variadic &&
        [option.long, option.short].some((flag) => flag !== undefined && given.includes(flag));
      return option.long === undefined || spent ? [] : [{ value: option.long, about: option.description }];
    });

/** Told by the name of the value, as the help shows it. */
function kindAt({ command, option, argument }: Position): ValueKind | 'files' | 'folders' | null {
  const name = option === null ? (argument?.name() ?? '') : placeholder(option);
  switch (name) {
    case 'epic':
    case 'role':
    case 'when':
      return name;
    case 'run':
    case 'run-id':
      return 'run';
    case 'prd':
    case 'file':
      return 'files';
    case 'folder':
      return 'folders';
    case 'ref':
      return 'branch';
    case 'name':
      if (option?.long === '--preset') return 'preset';
      if (option?.long === '--template') return 'template';
      if (option?.long === '--backend') return command.parent?.name() === 'agents' ? 'agent-cli' : 'backend';
      return null;
    default:
      return null;
  }
}

const placeholder = (option: Option): string => /[<[]([^>\].]+)/.exec(option.flags)?.[1] ?? '';
