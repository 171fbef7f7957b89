import { PLAN_LIMIT } from '../../domain/agreed-plan.ts';
import type { Epic } from '../../domain/prd.ts';
import { clip, printable } from '../../domain/printable.ts';
import { editFile } from '../../adapters/editor.ts';
import { paintFor } from '../../report/paint.ts';
import { ask } from '../ask.ts';
import { type CommandContext, printProblem } from '../output.ts';

/** `file`: a copy of the plan that the person may edit. */
export interface Proposal {
  readonly epic: Epic;
  readonly plan: string;
  readonly file: string;
}

const ANSWERS = new Map([
  ['y', 'yes'],
  ['yes', 'yes'],
  ['n', 'no'],
  ['no', 'no'],
  ['e', 'edit'],
  ['edit', 'edit'],
] as const);

/** Shows a plan and asks for it, again after every edit. `left`: they want to hear no more questions. */
export async function agreeTo(
  context: CommandContext,
  { epic, plan, file }: Proposal,
): Promise<{ readonly agreed: string } | 'no' | 'left'> {
  const paint = paintFor(context.color);
  for (let text = plan; ;) {
    context.stdout(
      `\n${paint.bold(printable(`${epic.id}  ${epic.title}`))}\n\n${printable(text, { multiline: true })}\n\n`,
    );
    const answer = await ask(`agree to the plan of ${epic.id}? [y]es [n]o [e]dit: `, ANSWERS);
    switch (answer) {
      case 'yes':
        return { agreed: text };
      case 'no':
        return 'no';
      case null:
        return 'left';
      case 'edit': {
        const edited = await editFile(file, text, context.env);
        if (!edited.ok) printProblem(context, edited.error);
        else if (edited.value.trim() === '') context.stdout('an empty plan is none: it stays as it was\n');
        else text = clip(edited.value.trim(), PLAN_LIMIT);
      }
    }
  }
}
