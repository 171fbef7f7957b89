import { createInterface } from 'node:readline/promises';

export type Answer = 'yes' | 'no' | 'edit' | 'left';

const ANSWERS: Readonly<Record<string, Answer>> = {
  y: 'yes',
  yes: 'yes',
  n: 'no',
  no: 'no',
  e: 'edit',
  edit: 'edit',
};

/** Asks on the terminal until it gets an answer. Ctrl-C, and the end of the input, mean that the person has left. */
export async function ask(question: string): Promise<Answer> {
  for (;;) {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    const left = new AbortController();
    terminal.once('SIGINT', () => left.abort()).once('close', () => left.abort());
    try {
      const typed = await terminal.question(question, { signal: left.signal });
      const answer = ANSWERS[typed.trim().toLowerCase()];
      if (answer !== undefined) return answer;
    } catch (error) {
      if (!left.signal.aborted) throw error;
      process.stdout.write('\n');
      return 'left';
    } finally {
      terminal.close();
    }
  }
}
