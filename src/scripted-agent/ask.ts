import { createInterface, type Interface } from 'node:readline';
import { INTERACTIVE, writeAll } from './say.ts';

let terminal: { readonly reader: Interface; readonly lines: AsyncIterator<string> } | null = null;

/** One line from the person; `otherwise` in a session where nobody can be asked. */
export async function ask(question: string, otherwise = ''): Promise<string> {
  if (!INTERACTIVE) return otherwise;
  // Lines as the terminal edits them, so that Ctrl-C is a signal like for any program.
  const reader = terminal?.reader ?? createInterface({ input: process.stdin, terminal: false });
  terminal ??= { reader, lines: reader[Symbol.asyncIterator]() };
  writeAll(1, Buffer.from(`${question}\n> `));
  const line = await terminal.lines.next();
  if (line.done === true) throw new Error('nobody answers any more');
  return line.value.trim();
}

/** An open terminal would keep the process alive. */
export function stopAsking(): void {
  terminal?.reader.close();
}
