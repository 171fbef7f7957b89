import type { Conversation, Reply } from './conversation.ts';

/** One way in which CLIs talk to models. */
export interface Protocol {
  readonly name: 'anthropic' | 'responses' | 'chat';
  read(body: unknown): Conversation;
  /** Events of a stream, as they go over the wire. */
  stream(reply: Reply, model: string): readonly string[];
  whole(reply: Reply, model: string): unknown;
  error(status: number, message: string): unknown;
  limit(resetsAt: number): LimitAnswer;
}

export interface LimitAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export type Json = Readonly<Record<string, unknown>>;

export const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
export const items = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(record) : []);
export const string = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A message whose content is text, or parts of which some are. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return items(content)
    .map((part) => part['text'] ?? part['encrypted_content'] ?? textOf(part['content']))
    .map(string)
    .filter((text) => text !== '')
    .join('\n');
}

export function inputOf(text: unknown): Json {
  if (typeof text !== 'string') return record(text);
  try {
    return record(JSON.parse(text));
  } catch {
    // Not the input of one of our calls.
    return {};
  }
}

export const event = (data: Json): string =>
  `event: ${string(data['type'])}\ndata: ${JSON.stringify(data)}\n\n`;
export const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

/** What each status is called, as far as CLIs look at it. */
export const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  503: 'api_error',
  529: 'overloaded_error',
};
