import { readAuthoringPrompt } from '../../adapters/prompt-files.ts';
import { prdContract } from '../../domain/contract-text.ts';
import { fillTemplate } from '../../engine/prompts.ts';

export interface InitPrompt {
  readonly worktree: string;
  readonly result: string;
  readonly interactive: boolean;
  /** The PRD that the draft will be added to. */
  readonly mergeInto: string | null;
  readonly materials: readonly string[];
  /** What is wrong with the draft of the session before, as people see it; null: there was none. */
  readonly problems: string | null;
}

/** What an authoring session is told. */
export function initPrompt(prompt: InitPrompt): string {
  const { mergeInto, materials, problems } = prompt;
  return fillTemplate('init', readAuthoringPrompt('init'), {
    worktree: prompt.worktree,
    result: prompt.result,
    interactive: yesNo(prompt.interactive),
    merge: yesNo(mergeInto !== null),
    prd: mergeInto ?? '',
    materials: yesNo(materials.length > 0),
    materialList: materials.map((path) => `- \`${path}\``).join('\n'),
    problems: yesNo(problems !== null),
    problemList: fenced(problems ?? ''),
    contract: prdContract(),
  });
}

const yesNo = (is: boolean): string => (is ? 'yes' : 'no');

/** A fence that the text cannot close. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}`;
}
