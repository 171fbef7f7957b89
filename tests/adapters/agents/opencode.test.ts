import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { LineFacts } from '../../../src/adapters/agents/backend.ts';
import { readOpencodeLine } from '../../../src/adapters/agents/opencode.ts';
import { eventReader, isHopeless, type ServerEvent } from '../../../src/opencode-session/events.ts';

const STREAMS = fileURLToPath(new URL('../../fixtures/streams/opencode-1.18.33/', import.meta.url));
const ROOT = 'ses_00000003';

const eventsOf = (stream: string): readonly ServerEvent[] =>
  readFileSync(join(STREAMS, `${stream}.ndjson`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ServerEvent);
function factsOf(stream: string): readonly LineFacts[] {
  const read = eventReader(ROOT);
  return eventsOf(stream).flatMap((event) => read(event) ?? []);
}
const activities = (stream: string) => factsOf(stream).flatMap(({ activity }) => activity ?? []);
const failureOf = (stream: string) =>
  factsOf(stream).findLast(({ failure }) => failure !== undefined)?.failure;
const total = (stream: string, key: 'inputTokens' | 'outputTokens' | 'costUsd'): number =>
  factsOf(stream).reduce((sum, { usage }) => sum + (usage?.[key] ?? 0), 0);
const requests = (stream: string): number =>
  new Set(
    eventsOf(stream).flatMap(({ properties: { part } = {} }) =>
      part?.type === 'step-finish' ? part.id : [],
    ),
  ).size;

describe('events of opencode serve', () => {
  it('tell once what the lead and its sub-agents do', () => {
    const told = activities('commit').map(({ kind, text }) => `${kind} ${text.slice(0, 40)}`);
    expect(told).toContain('message I begin with a file of my own.');
    expect(told).toContain('message Story US-001 is committed.');
    expect(told).toContain('file /project/repo/lead.txt');
    expect(told.filter((one) => one.startsWith("tool bash: printf 'lead"))).toHaveLength(1);
    expect(told.filter((one) => one.startsWith('agent task: builder: '))).toHaveLength(1);
  });

  it.each(['commit', 'parallel', 'resumed'])('count every step, those of sub-agents too: %s', (stream) => {
    expect(requests(stream)).toBeGreaterThan(1);
    expect(total(stream, 'inputTokens')).toBe(requests(stream) * 1_000);
    expect(total(stream, 'outputTokens')).toBe(requests(stream) * 50);
    expect(total(stream, 'costUsd')).toBeCloseTo(requests(stream) * 0.00375);
  });

  it.each([
    ['a price', 100, 0.5, 0.5],
    ['a model without a price', 100, 0, null],
    ['a step that was ended before it began', 0, 0, 0],
  ])('tell what a step costs: %s', (_, tokens, cost, costUsd) => {
    const part = { id: 'p', type: 'step-finish', tokens: { input: tokens, output: tokens }, cost };
    const facts = eventReader(ROOT)({ type: 'message.part.updated', properties: { part } });
    expect(facts?.usage).toEqual({ inputTokens: tokens, outputTokens: tokens, costUsd });
  });

  it('tell why it ended', () => {
    expect(failureOf('unauthorized')).toEqual({ kind: 'auth', text: 'invalid api key', resetsAt: null });
    expect(failureOf('limit')).toEqual({
      kind: 'rate-limit',
      text: 'Rate limit reached',
      resetsAt: Date.parse('2026-01-01T01:00:00Z'),
    });
    expect(failureOf('server-error')).toMatchObject({ kind: 'unavailable', resetsAt: null });
  });

  it.each(['commit', 'rate-limited', 'child-fails', 'denied'])('tell of no failure: %s', (stream) =>
    expect(failureOf(stream)).toBeNull(),
  );

  it('tell of no failure when it was stopped', () => expect(failureOf('stopped') ?? null).toBeNull());

  it('tell of what was denied and of sub-agents that failed', () => {
    expect(activities('denied')).toContainEqual({
      kind: 'tool',
      text: expect.stringMatching(/^bash failed: /),
    });
    expect(activities('child-fails')).toContainEqual({
      kind: 'agent',
      text: expect.stringMatching(/^task failed: /),
    });
  });

  it('show whether waiting is of use', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    const hopeless = (stream: string): boolean => eventsOf(stream).some((event) => isHopeless(event, now));
    expect(['limit', 'server-error', 'rate-limited', 'commit'].filter(hopeless)).toEqual(['limit']);
    const retry = { type: 'retry', attempt: 6, next: now };
    expect(isHopeless({ type: 'session.status', properties: { status: retry } }, now)).toBe(true);
  });

  it('do not know a cost that is 0', () => {
    const part = {
      id: 'p',
      type: 'step-finish',
      tokens: { input: 1, output: 2, cache: { read: 3 } },
      cost: 0,
    };
    const event = { type: 'message.part.updated', properties: { part } };
    expect(eventReader(ROOT)(event)?.usage).toEqual({ inputTokens: 4, outputTokens: 2, costUsd: null });
  });

  it('do not take a part of the tokens for all of them', () => {
    const part = { id: 'p', type: 'step-finish', tokens: { output: 2, cache: { read: 3 } }, cost: 1 };
    const event = { type: 'message.part.updated', properties: { part } };
    expect(eventReader(ROOT)(event)?.usage).toEqual({ inputTokens: null, outputTokens: 2, costUsd: 1 });
  });

  it('may hold anything', () => {
    for (const event of [{}, { type: 1 }, { type: 'message.part.updated', properties: {} }]) {
      expect(eventReader(ROOT)(event)).toBeNull();
    }
  });
});

it('lines of the driver are what it was told', () => {
  expect(readOpencodeLine('{"type":"facts","failure":null}')).toMatchObject({ failure: null });
  for (const line of ['', '{}', '{"type":"facts"', 'text']) expect(readOpencodeLine(line)).toBeNull();
});
