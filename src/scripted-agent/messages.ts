import { createInterface, type Interface } from 'node:readline';
import { emit, INTERACTIVE } from './say.ts';

let input: { readonly reader: Interface; readonly lines: AsyncIterator<string> } | null = null;

/** What a person says to the session at work: a line of JSON each on stdin, after that of the prompt. */
export async function nextMessage(): Promise<string> {
  if (INTERACTIVE) throw new Error('in a conversation nobody sends messages: use ask');
  if (input === null) {
    const reader = createInterface({ input: process.stdin, terminal: false });
    input = { reader, lines: reader[Symbol.asyncIterator]() };
    // It reads its prompt from the file.
    await input.lines.next();
  }
  const line = await input.lines.next();
  if (line.done === true) throw new Error('nobody says anything any more');
  const { id, text } = JSON.parse(line.value) as { readonly id: string; readonly text: string };
  emit({ type: 'read', id });
  return text;
}

/** An open pipe would keep the process alive. */
export function stopListening(): void {
  input?.reader.close();
  if (input !== null) process.stdin.destroy();
}
