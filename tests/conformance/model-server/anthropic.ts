import type { Entry, JsonSchema, Reply } from './conversation.ts';
import {
  ERROR_TYPES,
  type Json,
  type Protocol,
  event,
  inputOf,
  items,
  record,
  string,
  textOf,
} from './protocol.ts';

/** Anthropic Messages. */
export const anthropic: Protocol = {
  name: 'anthropic',
  read(raw) {
    const body = record(raw);
    return {
      model: string(body['model']),
      stream: body['stream'] === true,
      system: [textOf(body['system'])],
      entries: items(body['messages']).flatMap(entriesOf),
      tools: items(body['tools']).map((tool) => ({
        name: string(tool['name']),
        schema: record(tool['input_schema']) as JsonSchema,
      })),
    };
  },
  stream(reply, model) {
    const blocks = contentOf(reply);
    const { content: _, stop_reason, usage, ...start } = messageOf(reply, model);
    return [
      event({
        type: 'message_start',
        message: { ...start, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
      }),
      ...blocks.flatMap((block, index) => [
        event({ type: 'content_block_start', index, content_block: emptied(block) }),
        event({ type: 'content_block_delta', index, delta: deltaOf(block) }),
        event({ type: 'content_block_stop', index }),
      ]),
      event({
        type: 'message_delta',
        delta: { stop_reason, stop_sequence: null },
        usage: { output_tokens: reply.usage.output },
      }),
      event({ type: 'message_stop' }),
    ];
  },
  whole: messageOf,
  error: (status, message) => ({
    type: 'error',
    error: { type: ERROR_TYPES[status] ?? 'api_error', message },
  }),
  limit: (resetsAt) => ({
    status: 429,
    headers: {
      'anthropic-ratelimit-unified-status': 'rejected',
      'anthropic-ratelimit-unified-reset': String(resetsAt),
      'anthropic-ratelimit-unified-representative-claim': 'five_hour',
      'anthropic-ratelimit-unified-5h-status': 'rejected',
      'anthropic-ratelimit-unified-5h-reset': String(resetsAt),
      'anthropic-ratelimit-unified-5h-utilization': '1',
      'retry-after': String(Math.max(0, resetsAt - Math.floor(Date.now() / 1000))),
    },
    body: {
      type: 'error',
      error: { type: 'rate_limit_error', message: "This request would exceed your account's rate limit." },
    },
  }),
};

function entriesOf(message: Json): readonly Entry[] {
  const parts = typeof message['content'] === 'string' ? [] : items(message['content']);
  if (message['role'] === 'assistant') {
    const calls = parts
      .filter((part) => part['type'] === 'tool_use')
      .map((part) => ({ id: string(part['id']), name: string(part['name']), input: inputOf(part['input']) }));
    return [{ from: 'model', text: textOf(message['content']), calls }];
  }
  const results = parts
    .filter((part) => part['type'] === 'tool_result')
    .map((part): Entry => ({ from: 'tool', id: string(part['tool_use_id']), text: textOf(part['content']) }));
  const text =
    parts.length === 0 ? textOf(message['content']) : textOf(parts.filter((part) => part['type'] === 'text'));
  return text === '' ? results : [...results, { from: 'user', text }];
}

type Block = { readonly type: 'text'; readonly text: string } | ToolUse;
type ToolUse = {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  readonly input: Json;
};

const contentOf = (reply: Reply): readonly Block[] => [
  ...(reply.text === '' ? [] : [{ type: 'text' as const, text: reply.text }]),
  ...reply.calls.map(({ id, name, input }) => ({ type: 'tool_use' as const, id, name, input })),
];

const emptied = (block: Block): Json =>
  block.type === 'text' ? { type: 'text', text: '' } : { ...block, input: {} };

const deltaOf = (block: Block): Json =>
  block.type === 'text'
    ? { type: 'text_delta', text: block.text }
    : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };

function messageOf(reply: Reply, model: string) {
  return {
    id: `msg_${Math.random().toString(36).slice(2)}`,
    type: 'message',
    role: 'assistant',
    model,
    content: contentOf(reply),
    stop_reason: reply.calls.length === 0 ? 'end_turn' : 'tool_use',
    stop_sequence: null,
    usage: {
      input_tokens: reply.usage.input,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: reply.usage.output,
    },
  };
}
