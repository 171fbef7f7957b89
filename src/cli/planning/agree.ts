import { editFile } from '../../adapters/editor.ts';
import { PLAN_LIMIT } from '../../domain/agreed-plan.ts';
import type { Epic } from '../../domain/prd.ts';
import { clip, printable } from '../../domain/printable.ts';
import { paintFor } from '../../report/paint.ts';
import type { Asking } from '../asking.ts';
import { type CommandContext, printProblem } from '../output.ts';

/** `file`: for the text while the person edits it. */
export interface Proposal {
  readonly epic: Epic;
  readonly plan: string;
  readonly file: string;
}

/** Shows a plan and asks for it, again after every edit. `left`: they want to hear no more questions. */
export async function agreeTo(
  context: CommandContext,
  asking: Asking,
  { epic, plan, file }: Proposal,
): Promise<{ readonly agreed: string } | 'no' | 'left'> {
  const heading = paintFor(context.color).bold(printable(`${epic.id}  ${epic.title}`));
  for (let text = plan; ;) {
    context.stdout(`\n${heading}\n\n${printable(text, { multiline: true })}\n\n`);
    const answer = await asking.choose<'yes' | 'edit' | 'no'>(
      `Agree to the plan of ${epic.id}?`,
      [
        { value: 'yes', label: 'yes', hint: 'it is stored, and followed by the next run' },
        { value: 'edit', label: 'edit it' },
        { value: 'no', label: 'no', hint: 'nothing is stored' },
      ],
      'yes',
    );
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
