import type { Writable } from 'node:stream';
import type { Message } from '../../engine/ports.ts';

/** What is said to a session while it works, by its standard input. */
export interface Mailbox {
  open(stdin: Writable): void;
  /** Resolves when the agent has read it, or to false when it ended before. */
  deliver(message: Message): Promise<boolean>;
  /** Its CLI tells that it has. */
  read(id: string): void;
  /** Nothing more is handed over: its CLI ends when it has read what it was sent. */
  close(): void;
  /** The session has ended. */
  end(): void;
}

/** `format`: a message as a line of the protocol of the CLI. */
export function openMailbox(format: (message: Message) => string): Mailbox {
  const unread = new Map<string, (read: boolean) => void>();
  let input: Writable | null = null;
  const close = (): void => {
    input?.end();
    input = null;
  };
  return {
    open(stdin) {
      // It ended before it read everything: the exit tells more.
      stdin.on('error', close);
      input = stdin;
    },
    deliver(message) {
      if (input === null) return Promise.resolve(false);
      input.write(`${format(message)}\n`);
      return new Promise((resolve) => unread.set(message.id, resolve));
    },
    read(id) {
      unread.get(id)?.(true);
      unread.delete(id);
    },
    close,
    end() {
      close();
      for (const resolve of unread.values()) resolve(false);
      unread.clear();
    },
  };
}
