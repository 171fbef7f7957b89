import type { Usage } from '../../domain/events.ts';
import type { AgentFailure } from '../../engine/ports.ts';
import type { LineFacts } from './backend.ts';
import { amountOf, type Json, jsonLine, recordOf, sumOf, textOf } from './json-line.ts';

type Told = NonNullable<LineFacts['activity']>;

/** One line of `--output-format json`. */
export function readCopilotLine(line: string): LineFacts | null {
  const event = jsonLine(line);
  if (event === null || typeof event['type'] !== 'string') return null;
  const data = recordOf(event['data']);
  // Only sub-agents have one.
  const byLead = typeof event['agentId'] !== 'string';
  const tell = (kind: Told['kind'], words: string): LineFacts =>
    words.trim() === '' ? {} : { activity: { kind, text: byLead ? words : `sub-agent: ${words}` } };
  switch (event['type']) {
    case 'assistant.turn_start':
      // It exits with 0 also when it was interrupted: until the result comes it has not ended well.
      return byLead ? { failure: other('it ended in the middle of its work') } : {};
    case 'assistant.message':
      return tell('message', textOf(data['content']));
    case 'tool.execution_start':
      return toolFacts(textOf(data['toolName']), recordOf(data['arguments']), tell);
    case 'tool.execution_complete': {
      const error = recordOf(data['error']);
      return error['code'] === 'denied' ? tell('message', `denied: ${textOf(error['message'])}`) : {};
    }
    case 'subagent.failed':
      return {
        activity: { kind: 'agent', text: `${textOf(data['agentName'])} failed: ${textOf(data['error'])}` },
      };
    case 'session.info':
      return data['infoType'] === 'model_retry' ? tell('message', textOf(data['message'])) : {};
    case 'session.error':
      return { ...tell('message', textOf(data['message'])), ...(byLead && { failure: failureOf(data) }) };
    case 'abort':
      return { failure: other('it was interrupted') };
    case 'result':
      return event['exitCode'] === 0 ? { failure: null } : {};
    default:
      return {};
  }
}

function toolFacts(
  name: string,
  input: Json,
  tell: (kind: Told['kind'], words: string) => LineFacts,
): LineFacts {
  const path = textOf(input['path']);
  if (name === 'task') {
    const role = textOf(input['agent_type']) || 'sub-agent';
    return tell('agent', `${role}: ${textOf(input['description']) || textOf(input['prompt'])}`);
  }
  if (path !== '') return tell('file', `${name} ${path}`);
  return tell('tool', `${name} ${textOf(input['command'])}`.trim());
}

const other = (words: string): AgentFailure => ({ kind: 'other', text: words, resetsAt: null });

/** The CLI tells no time of a reset. */
const failureOf = (data: Json): AgentFailure => ({
  kind: kindOf(textOf(data['errorType']), amountOf(data['statusCode'])),
  text: textOf(data['message']) || textOf(data['errorType']),
  resetsAt: null,
});

function kindOf(type: string, status: number | null): AgentFailure['kind'] {
  if (type === 'authentication' || status === 401 || status === 403) return 'auth';
  // 402: what the account may spend is spent.
  if (type === 'rate_limit' || status === 429 || status === 402) return 'rate-limit';
  if (status === 413) return 'context';
  if (status === null ? type === 'query' : status >= 500) return 'unavailable';
  return 'other';
}

/**
 * What `--usage-output-file` says of the session so far, sub-agents included. Null: nothing. The CLI counts premium
 * requests, not money.
 */
export function readCopilotUsage(content: string): Usage | null {
  const models = Object.values(recordOf(jsonLine(content)?.['modelMetrics'])).map((model) =>
    recordOf(recordOf(model)['usage']),
  );
  const sum = (key: string): number | null => sumOf(models.map((usage) => amountOf(usage[key])));
  const usage = { inputTokens: sum('inputTokens'), outputTokens: sum('outputTokens'), costUsd: null };
  return usage.inputTokens === null && usage.outputTokens === null ? null : usage;
}
