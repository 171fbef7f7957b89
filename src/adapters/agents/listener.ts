import type { Usage } from '../../domain/events.ts';
import { clip, printable } from '../../domain/printable.ts';
import { addUsage, reportedUsage, type UsageReport } from '../../domain/spent.ts';
import type { AgentFailure, SessionRequest, SessionWatch } from '../../engine/ports.ts';
import { splitLines } from '../process/lines.ts';
import { keepTail } from '../process/tail.ts';
import type { Backend, Launch } from './backend.ts';
import type { Mailbox } from './mailbox.ts';

const TAIL = 2_000;
/** Activities are for a person to watch: more than this a second only burns CPU. */
const PER_SECOND = 20;
const BURST = 40;
const TEXT = 500;
/** Text of an activity that is looked at: what `printable` removes takes some room. */
const RAW_TEXT = TEXT * 4;
/** It becomes an argument the next time: nothing that could be read as an option. */
const SESSION_ID = /^[A-Za-z0-9][\w-]{0,127}$/;
const NEWLINE = 0x0a;
const LINE_END = Buffer.from('\n');

export interface Listener {
  /** What the agent CLI calls the session; null: not told yet. */
  readonly sessionId: string | null;
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
  /** Something `teams` itself has to say about the session. */
  note(text: string): void;
  end(): { readonly usage: Usage | null; readonly failure: AgentFailure | null; readonly tail: string };
}

/** Turns the output of a session into activities, usage and a tail, in bounded memory. */
export function listen(
  request: SessionRequest,
  backend: Backend,
  launch: Pick<Launch, 'sessionId'>,
  watch: SessionWatch,
  mailbox: Pick<Mailbox, 'read' | 'close'> | null,
): Listener {
  const tail = keepTail(TAIL);
  const allowed = rateLimit();
  let usage: UsageReport | null = null;
  let failure: AgentFailure | null = null;
  let opened: string | null = null;

  const tell = (kind: 'message' | 'tool' | 'file' | 'agent', raw: string): void => {
    const text = clip(printable(raw), TEXT);
    if (text !== '') watch.activity({ role: request.role, epicId: request.epicId, kind, text });
  };
  const text = (bytes: Buffer): void => {
    tail.push(bytes);
    if (bytes.at(-1) !== NEWLINE) tail.push(LINE_END);
    // No more than can be shown is decoded.
    for (let start = 0; start < bytes.length && allowed();) {
      const newline = bytes.indexOf(NEWLINE, start);
      const end = newline === -1 ? bytes.length : newline;
      tell('message', bytes.toString('utf8', start, Math.min(end, start + RAW_TEXT)));
      start = end + 1;
    }
  };
  const json = (bytes: Buffer): void => {
    const facts = backend.readLine(bytes.toString('utf8'));
    if (facts === null) return text(bytes);
    const sessionId = launch.sessionId ?? facts.sessionId;
    if (opened === null && sessionId !== undefined && SESSION_ID.test(sessionId)) {
      opened = sessionId;
      watch.opened(sessionId);
    }
    if (facts.usage !== undefined) usage = addUsage(usage, facts.usage);
    if (facts.usageSoFar !== undefined) usage = without(facts.usageSoFar, request.resume?.usage ?? null);
    if (facts.failure !== undefined) failure = facts.failure;
    if (facts.read !== undefined) mailbox?.read(facts.read);
    if (facts.finished === true) mailbox?.close();
    if (facts.activity !== undefined && allowed())
      tell(facts.activity.kind, facts.activity.text.slice(0, RAW_TEXT));
  };
  const lines = splitLines({ json, text });

  return {
    get sessionId() {
      return opened;
    },
    stdout: (chunk) => lines.push(chunk),
    stderr: (chunk) => tail.push(chunk),
    note: (words) => tail.push(Buffer.from(`\n${words}\n`)),
    end() {
      lines.end();
      return { usage: usage && reportedUsage(usage), failure, tail: tail.text() };
    },
  };
}

function rateLimit(): () => boolean {
  let left = BURST;
  let last = performance.now();
  return () => {
    const now = performance.now();
    left = Math.min(BURST, left + ((now - last) / 1_000) * PER_SECOND);
    last = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}

/** Null stays null: what is not known cannot be told apart. */
function without(sum: Usage, before: Usage | null): Usage {
  const minus = (a: number | null, b: number | null | undefined): number | null =>
    a === null ? null : Math.max(0, a - (b ?? 0));
  return {
    inputTokens: minus(sum.inputTokens, before?.inputTokens),
    outputTokens: minus(sum.outputTokens, before?.outputTokens),
    costUsd: minus(sum.costUsd, before?.costUsd),
  };
}
