import type { Prd } from '../../domain/prd.ts';
import { printable } from '../../domain/printable.ts';
import type { Paint } from '../../report/paint.ts';
import { planText } from '../../report/plan.ts';
import { plural } from '../../report/words.ts';
import type { Draft } from './draft.ts';

/** What a person should see of a draft before it counts. */
export function describeDraft({ repairs }: Draft, prd: Prd, paint: Paint, columns: number): string {
  const mended = repairs.map((line) => `  ${printable(line)}\n`).join('');
  // They run on this machine, and nobody has typed them.
  const commands = prd.epics.flatMap(({ id, verify = [] }) =>
    verify.map((command) => `  ${printable(id)}  ${printable(command)}\n`),
  );
  return [
    ...(mended === '' ? [] : [`${paint.bold('mended in the draft')}\n${mended}\n`]),
    planText(prd, paint, columns),
    ...(commands.length === 0 ? [] : [`\n${paint.bold('checks that it brings')}\n${commands.join('')}`]),
  ].join('');
}

export const nextSteps = (name: string, { epics }: Draft, paint: Paint): string =>
  [
    `\n${printable(name)} is written: ${plural(epics.length, 'epic')}.\n`,
    `  ${paint.cyan('teams plan')}            have the epics planned, and agree to the plans\n`,
    `  ${paint.cyan('teams run --dry-run')}   what a run would do\n`,
    `  ${paint.cyan('teams run')}             begin\n`,
  ].join('');
