import type { Entry, JsonSchema, Reply } from './conversation.ts';
import {
  ERROR_TYPES,
  type Json,
  type Protocol,
  data,
  inputOf,
  items,
  record,
  string,
  textOf,
} from './protocol.ts';

/** OpenAI Chat Completions. */
export const chat: Protocol = {
  name: 'chat',
  read(raw) {
    const body = record(raw);
    const messages = items(body['messages']);
    const isSystem = (message: Json): boolean =>
      message['role'] === 'system' || message['role'] === 'developer';
    return {
      model: string(body['model']),
      stream: body['stream'] === true,
      system: messages.filter(isSystem).map((message) => textOf(message['content'])),
      entries: messages.filter((message) => !isSystem(message)).map(entryOf),
      tools: items(body['tools']).map((tool) => ({
        name: string(record(tool['function'])['name']),
        schema: record(record(tool['function'])['parameters']) as JsonSchema,
      })),
    };
  },
  stream(reply, model) {
    const start = { id: newId(), object: 'chat.completion.chunk', created: 0, model };
    const chunk = (delta: Json, finish_reason: string | null = null): string =>
      data({ ...start, choices: [{ index: 0, delta, finish_reason }] });
    return [
      chunk({ role: 'assistant', content: reply.text }),
      ...callsOf(reply).map((call, index) => chunk({ tool_calls: [{ index, ...call }] })),
      chunk({}, finishOf(reply)),
      data({ ...start, choices: [], usage: usageOf(reply) }),
      'data: [DONE]\n\n',
    ];
  },
  whole: (reply, model) => ({
    id: newId(),
    object: 'chat.completion',
    created: 0,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: reply.text,
          ...(reply.calls.length > 0 && { tool_calls: callsOf(reply) }),
        },
        finish_reason: finishOf(reply),
      },
    ],
    usage: usageOf(reply),
  }),
  error: (status, message) => ({ error: { message, type: ERROR_TYPES[status] ?? 'api_error', code: null } }),
  limit: (resetsAt) => ({
    status: 429,
    headers: { 'retry-after': String(Math.max(0, resetsAt - Math.floor(Date.now() / 1000))) },
    body: { error: { message: 'Rate limit reached', type: 'rate_limit_error', code: 'rate_limit_exceeded' } },
  }),
};

const newId = (): string => `chatcmpl-${Math.random().toString(36).slice(2)}`;

function entryOf(message: Json): Entry {
  const text = textOf(message['content']);
  if (message['role'] === 'tool') return { from: 'tool', id: string(message['tool_call_id']), text };
  if (message['role'] !== 'assistant') return { from: 'user', text };
  const calls = items(message['tool_calls']).map((call) => ({
    id: string(call['id']),
    name: string(record(call['function'])['name']),
    input: inputOf(record(call['function'])['arguments']),
  }));
  return { from: 'model', text, calls };
}

const callsOf = (reply: Reply): readonly Json[] =>
  reply.calls.map(({ id, name, input }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));

const finishOf = (reply: Reply): string => (reply.calls.length === 0 ? 'stop' : 'tool_calls');

const usageOf = ({ usage }: Reply): Json => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
});
