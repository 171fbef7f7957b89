import type { ServerEvent } from './events.ts';

/** A line of stdin. The first one is the prompt. */
export interface Message {
  readonly id: string;
  readonly text: string;
}

/** Null: the line is none. */
export function messageIn(line: string): Message | null {
  try {
    const { id, text } = JSON.parse(line) as Partial<Record<keyof Message, unknown>>;
    return typeof id === 'string' && typeof text === 'string' ? { id, text } : null;
  } catch {
    return null;
  }
}

interface Sent extends Message {
  /** What the server calls it, as soon as that is known. */
  name: string | null;
}

/** What was said to the session `root`, until the model answers it. */
export class Unread {
  readonly #root: string;
  #sent: Sent[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  get any(): boolean {
    return this.#sent.length > 0;
  }

  add(message: Message): void {
    this.#sent.push({ ...message, name: null });
  }

  drop(id: string): void {
    this.#sent = this.#sent.filter((one) => one.id !== id);
  }

  /** The ids of messages that the model has read now: an answer is one to its parent and all that was said before. */
  readBy({ type, properties }: ServerEvent): readonly string[] {
    const { part, info } = properties ?? {};
    if (type === 'message.part.updated' && part?.type === 'text' && part.sessionID === this.#root) {
      const said = typeof part.text === 'string' ? part.text.trim() : '';
      const sent = this.#sent.find(({ name, text }) => name === null && text.trim() === said);
      if (sent !== undefined && typeof part.messageID === 'string') sent.name = part.messageID;
    }
    if (type !== 'message.updated' || info?.role !== 'assistant' || info.sessionID !== this.#root) return [];
    const last = this.#sent.findIndex(({ name }) => name !== null && name === info.parentID);
    return this.#sent.splice(0, last + 1).map(({ id }) => id);
  }
}
