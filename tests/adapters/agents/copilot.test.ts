import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { LineFacts } from '../../../src/adapters/agents/backend.ts';
import { readCopilotLine, readCopilotUsage } from '../../../src/adapters/agents/copilot-events.ts';

const read = (name: string): string =>
  readFileSync(
    fileURLToPath(new URL(`../../fixtures/streams/copilot-1.0.102/${name}.ndjson`, import.meta.url)),
    'utf8',
  );
const facts = (name: string): readonly LineFacts[] =>
  read(name)
    .trimEnd()
    .split('\n')
    .map((line) => {
      const found = readCopilotLine(line);
      expect(found, line).not.toBeNull();
      return found ?? {};
    });
const activities = (name: string): readonly string[] =>
  facts(name).flatMap(({ activity }) => (activity === undefined ? [] : `${activity.kind} ${activity.text}`));
const failure = (name: string): LineFacts['failure'] =>
  facts(name)
    .flatMap((one) => (one.failure === undefined ? [] : [one.failure]))
    .at(-1);

describe('streams of copilot 1.0.102', () => {
  it('tells what the lead and its sub-agents do', () => {
    expect(activities('commit')).toEqual([
      'message I begin with a file of my own.',
      "tool bash printf 'lead\\n' > lead.txt && git add lead.txt && git commit -q -m 'Add lead.txt' && git rev-parse HEAD",
      'agent builder: Work as builder',
      "tool sub-agent: bash printf 'US-001\\n' > builder.txt && git add builder.txt && git commit -q -m 'Add builder.txt'",
      'message sub-agent: Story US-001 is committed.',
      'tool bash git log --format=%s > ../log.txt',
      'message Everything is done.',
    ]);
    expect(failure('commit')).toBeNull();
  });

  it.each([
    ['unauthorized', 'auth', expect.stringContaining('HTTP 401')],
    ['limit', 'rate-limit', '429 Rate limit reached'],
    ['server-error', 'unavailable', expect.stringContaining('500 internal error')],
    ['stopped', 'other', 'it was interrupted'],
  ])('says why it could not go on: %s', (name, kind, text) => {
    expect(failure(name)).toEqual({ kind, text, resetsAt: null });
  });

  it('has not ended well without a result, whatever its exit code', () => {
    const cut = facts('commit').slice(0, -1);
    const last = cut.flatMap((one) => (one.failure === undefined ? [] : [one.failure])).at(-1);
    expect(last).toMatchObject({ kind: 'other', text: 'it ended in the middle of its work' });
  });

  it('says what was denied and which sub-agent failed; neither fails the session', () => {
    expect(activities('denied')).toContainEqual(
      expect.stringMatching(/^message denied: .*shell\(git push\)/),
    );
    expect(failure('denied')).toBeNull();
    expect(activities('child-fails')).toContain('agent builder failed: 401 invalid api key');
    expect(failure('child-fails')).toBeNull();
  });

  it.each(['parallel', 'rate-limited', 'resumed'])('ends well: %s', (name) => {
    expect(failure(name)).toBeNull();
  });

  it('counts the tokens of sub-agents too, and no money', () => {
    expect(readCopilotUsage(read('commit.usage'))).toEqual({
      inputTokens: 6_000,
      outputTokens: 300,
      costUsd: null,
    });
    expect(readCopilotUsage(read('stopped.usage'))).toMatchObject({ inputTokens: 1_000, outputTokens: 50 });
  });

  it.each(['unauthorized.usage', 'server-error.usage'])(
    'knows no usage when no model has answered: %s',
    (name) => {
      expect(readCopilotUsage(read(name))).toBeNull();
    },
  );
});

it.each([
  [{ errorType: 'query', statusCode: 402 }, 'rate-limit'],
  [{ errorType: 'query' }, 'unavailable'],
  [{ errorType: 'query', statusCode: 413 }, 'context'],
  [{ errorType: 'new' }, 'other'],
])('knows the error %j', (data, kind) => {
  expect(readCopilotLine(JSON.stringify({ type: 'session.error', data }))?.failure?.kind).toBe(kind);
});

it.each(['{', '{}', '{"a":1}', '{"type":7}', '{plain text}'])('leaves plain text alone: %s', (line) => {
  expect(readCopilotLine(line)).toBeNull();
});

it.each(['{"type":"assistant.message"}', '{"type":"tool.execution_start","data":[]}', '{"type":"result"}'])(
  'survives what no CLI would say: %s',
  (line) => {
    expect(readCopilotLine(line)).toEqual({});
  },
);

it('does not take a part of the tokens for all of them', () => {
  const modelMetrics = {
    a: { usage: { inputTokens: 10, outputTokens: 1 } },
    b: { usage: { inputTokens: 5 } },
  };
  expect(readCopilotUsage(JSON.stringify({ modelMetrics }))).toEqual({
    inputTokens: 15,
    outputTokens: null,
    costUsd: null,
  });
});

it.each(['', '{', '[]', '{"modelMetrics":{"m":{"usage":{"inputTokens":"many"}}}}'])(
  'knows no usage of a broken file: %s',
  (content) => {
    expect(readCopilotUsage(content)).toBeNull();
  },
);
