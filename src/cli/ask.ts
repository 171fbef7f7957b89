import { createInterface } from 'node:readline/promises';

/**
 * Asks on the terminal until it gets one of the answers, by what can be typed for it. Null: the person has left, by
 * Ctrl-C or by ending the input.
 */
export async function ask<Answer>(
  question: string,
  answers: ReadonlyMap<string, Answer>,
): Promise<Answer | null> {
  for (;;) {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    const left = new AbortController();
    terminal.once('SIGINT', () => left.abort()).once('close', () => left.abort());
    try {
      const typed = await terminal.question(question, { signal: left.signal });
      const answer = answers.get(typed.trim().toLowerCase());
      if (answer !== undefined) return answer;
    } catch (error) {
      if (!left.signal.aborted) throw error;
      process.stdout.write('\n');
      return null;
    } finally {
      terminal.close();
    }
  }
}

/** Somebody sits at a terminal. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stdout.isTTY;
