import type { Call, Entry, OfferedTool, Reply } from './conversation.ts';
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

/** OpenAI Responses. */
export const responses: Protocol = {
  name: 'responses',
  read(raw) {
    const body = record(raw);
    const input =
      typeof body['input'] === 'string' ? [{ role: 'user', content: body['input'] }] : items(body['input']);
    const isSystem = (item: Json): boolean => item['role'] === 'system' || item['role'] === 'developer';
    return {
      model: string(body['model']),
      stream: body['stream'] === true,
      system: [
        string(body['instructions']),
        ...input.filter(isSystem).map((item) => textOf(item['content'])),
      ],
      entries: input.filter((item) => !isSystem(item)).flatMap(entriesOf),
      tools: [
        ...items(body['tools']),
        // Newer models get tools in the input, at first or as what a search has found.
        ...input.flatMap((item) => (TOOL_LISTS.test(string(item['type'])) ? items(item['tools']) : [])),
      ].flatMap(toolsOf),
    };
  },
  stream(reply, model) {
    const output = outputOf(reply);
    const id = `resp_${Math.random().toString(36).slice(2)}`;
    const start = { id, object: 'response', model, status: 'in_progress', output: [] };
    return [
      event({ type: 'response.created', response: start }),
      ...output.flatMap((item, output_index) => [
        event({ type: 'response.output_item.added', output_index, item: { ...item, ...emptied(item) } }),
        ...deltaOf(item, output_index),
        event({ type: 'response.output_item.done', output_index, item }),
      ]),
      event({ type: 'response.completed', response: responseOf(id, reply, model) }),
    ].map(numbered);
  },
  whole: (reply, model) => responseOf(`resp_${Math.random().toString(36).slice(2)}`, reply, model),
  error: (status, message) => ({ error: { message, type: ERROR_TYPES[status] ?? 'api_error', code: null } }),
  limit: (resetsAt) => ({
    status: 429,
    headers: {
      'x-codex-primary-used-percent': '100.0',
      'x-codex-primary-window-minutes': '300',
      'x-codex-primary-reset-at': String(resetsAt),
    },
    body: {
      error: {
        type: 'usage_limit_reached',
        message: 'The usage limit has been reached',
        plan_type: 'plus',
        resets_at: resetsAt,
        resets_in_seconds: Math.max(0, resetsAt - Math.floor(Date.now() / 1000)),
      },
    },
  }),
};

const TOOL_LISTS = /^(additional_tools|tool_search_output)$/;
const KINDS: Readonly<Record<string, OfferedTool['kind']>> = { custom: 'text', tool_search: 'search' };

/** Tools of a namespace are called by their own name and the name of the namespace. */
function toolsOf(tool: Json): readonly OfferedTool[] {
  if (tool['type'] === 'namespace') {
    const namespace = string(tool['name']);
    return items(tool['tools'])
      .flatMap(toolsOf)
      .map((one) => ({ ...one, namespace }));
  }
  const name = string(tool['name']) || string(tool['type']);
  const kind = KINDS[string(tool['type'])];
  return [{ name, ...(kind !== undefined && { kind }), schema: record(tool['parameters']) }];
}

function entriesOf(item: Json): readonly Entry[] {
  switch (item['type']) {
    case 'function_call': {
      const call = {
        id: string(item['call_id']),
        name: string(item['name']),
        input: inputOf(item['arguments']),
      };
      return [{ from: 'model', text: '', calls: [call] }];
    }
    case 'custom_tool_call':
    case 'tool_search_call': {
      const call = { id: string(item['call_id']), name: string(item['name']), input: {} };
      return [{ from: 'model', text: '', calls: [call] }];
    }
    case 'custom_tool_call_output':
    case 'function_call_output': {
      const { output } = item;
      return [
        { from: 'tool', id: string(item['call_id']), text: textOf(output) || JSON.stringify(output ?? '') },
      ];
    }
    case 'reasoning':
      return [{ from: 'model', text: '', calls: [] }];
    case 'agent_message':
      return [{ from: 'user', text: textOf(item['content']) }];
    case 'message':
    case undefined:
      return item['role'] === 'assistant'
        ? [{ from: 'model', text: textOf(item['content']), calls: [] }]
        : [{ from: 'user', text: textOf(item['content']) }];
    default:
      return [];
  }
}

const outputOf = (reply: Reply): readonly Json[] => [
  ...(reply.text === '' ? [] : [messageOf(reply.text)]),
  ...reply.calls.map(callOf),
];

const messageOf = (text: string): Json => ({
  type: 'message',
  id: `msg_${Math.random().toString(36).slice(2)}`,
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [] }],
});

function callOf({ id, name, kind, namespace, input }: Call): Json {
  const call = { status: 'completed', call_id: id, name, ...(namespace !== undefined && { namespace }) };
  if (kind === 'text') return { type: 'custom_tool_call', id: `ctc_${id}`, ...call, input: input['text'] };
  if (kind === 'search')
    return {
      type: 'tool_search_call',
      id: `ts_${id}`,
      call_id: id,
      status: 'completed',
      execution: 'client',
      arguments: input,
    };
  return { type: 'function_call', id: `fc_${id}`, ...call, arguments: JSON.stringify(input) };
}

const emptied = (item: Json): Json => ({
  status: 'in_progress',
  ...(item['type'] === 'message' && { content: [] }),
  ...(item['type'] === 'function_call' && { arguments: '' }),
  ...(item['type'] === 'custom_tool_call' && { input: '' }),
});

function deltaOf(item: Json, output_index: number): readonly string[] {
  const place = { item_id: item['id'], output_index };
  if (item['type'] === 'custom_tool_call') {
    return [
      event({ type: 'response.custom_tool_call_input.delta', ...place, delta: item['input'] }),
      event({ type: 'response.custom_tool_call_input.done', ...place, input: item['input'] }),
    ];
  }
  if (item['type'] === 'tool_search_call') return [];
  if (item['type'] === 'function_call') {
    return [
      event({ type: 'response.function_call_arguments.delta', ...place, delta: item['arguments'] }),
      event({ type: 'response.function_call_arguments.done', ...place, arguments: item['arguments'] }),
    ];
  }
  const text = textOf(item['content']);
  const part = { type: 'output_text', text, annotations: [] };
  const content = { ...place, content_index: 0 };
  return [
    event({ type: 'response.content_part.added', ...content, part: { ...part, text: '' } }),
    event({ type: 'response.output_text.delta', ...content, delta: text }),
    event({ type: 'response.output_text.done', ...content, text }),
    event({ type: 'response.content_part.done', ...content, part }),
  ];
}

const responseOf = (id: string, reply: Reply, model: string): Json => ({
  id,
  object: 'response',
  created_at: 0,
  model,
  status: 'completed',
  output: outputOf(reply),
  usage: {
    input_tokens: reply.usage.input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: reply.usage.output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: reply.usage.input + reply.usage.output,
  },
});

const numbered = (text: string, index: number): string =>
  text.replace('data: {', `data: {"sequence_number":${index},`);
