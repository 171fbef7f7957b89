import { relative } from 'node:path';
import type { Epic } from '../../domain/prd.ts';
import { printable } from '../../domain/printable.ts';
import { paintFor } from '../../report/paint.ts';
import { timeOfDay } from '../../report/words.ts';
import type { CommandContext } from '../output.ts';

export interface Narrator {
  say(epicId: string, text: string, tone?: 'good' | 'bad'): void;
  /** As the person would type it. */
  toPath(absolute: string): string;
}

/** Lines as those of a run: when, which epic, what. */
export function narratorOf(context: CommandContext, epics: readonly Epic[]): Narrator {
  const paint = paintFor(context.color);
  const width = Math.max(...epics.map((epic) => epic.id.length), 0);
  return {
    say(epicId, text, tone) {
      const words = printable(text);
      const told = tone === 'good' ? paint.green(words) : tone === 'bad' ? paint.red(words) : words;
      const at = timeOfDay(new Date().toISOString());
      context.stdout(`${paint.dim(at)}  ${paint.bold(epicId.padEnd(width))}  ${told}\n`);
    },
    toPath: (absolute) => relative(context.cwd, absolute),
  };
}
