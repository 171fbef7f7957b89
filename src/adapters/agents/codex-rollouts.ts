import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Usage } from '../../domain/events.ts';
import { addUsage } from '../../domain/spent.ts';
import { countOf, jsonLine } from './json-line.ts';

/** What the files of a session tell: one for its lead, and one for each of its sub-agents. */
export interface Rollouts {
  /** Null: none of them counts tokens. */
  readonly usage: Usage | null;
  /** Milliseconds since the epoch: when the limit that was hit is lifted. */
  readonly resetsAt: number | null;
}

export const NO_ROLLOUTS: Rollouts = { usage: null, resetsAt: null };

interface Entry {
  readonly timestamp?: unknown;
  readonly type?: unknown;
  readonly payload?: {
    /** Of the thread that the file is of. */
    readonly id?: unknown;
    readonly session_id?: unknown;
    readonly thread_id?: unknown;
    readonly usage?: { readonly input_tokens?: unknown; readonly output_tokens?: unknown };
    readonly rate_limits?: { readonly primary?: Limit | null; readonly secondary?: Limit | null } | null;
  };
}

interface Limit {
  readonly used_percent?: unknown;
  readonly resets_at?: unknown;
}

/** Lines that can tell something: the others, which hold the whole conversation, are not parsed. */
const TELLING = /"type":"(session_meta|token_usage_record|token_count)"/;
const HEAD = 400;
const DAY_MS = 86_400_000;

/** Sums up what the files of the session `thread` were given since `since` (milliseconds since the epoch). */
export async function readRollouts(home: string, thread: string, since: number): Promise<Rollouts> {
  const files: Rollouts[] = [];
  for (const { path } of await filesSince(join(home, 'sessions'), since)) {
    const file = await readRollout(path, thread, since);
    if (file !== null) files.push(file);
  }
  const resets = files.flatMap(({ resetsAt }) => resetsAt ?? []);
  return {
    usage: files.reduce<Usage | null>((sum, { usage }) => addUsage(sum, usage), null),
    resetsAt: resets.length === 0 ? null : Math.max(...resets),
  };
}

/** When anything of the session `thread` was written last, in milliseconds since the epoch; null: nothing since `since`. */
export async function lastWrite(home: string, thread: string, since: number): Promise<number | null> {
  const files = await filesSince(join(home, 'sessions'), since);
  for (const { path, mtimeMs } of files.toSorted((a, b) => b.mtimeMs - a.mtimeMs)) {
    if (await isOf(path, thread)) return mtimeMs;
  }
  return null;
}

async function isOf(path: string, thread: string): Promise<boolean> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity });
  try {
    for await (const line of lines) return opens(entryOf(line), thread);
    return false;
  } finally {
    lines.close();
  }
}

/** Whether it is the first line of a file of that session, be it of its lead or of a sub-agent. */
const opens = ({ type, payload }: Entry, thread: string): boolean =>
  type === 'session_meta' && payload?.session_id === thread;

interface RolloutFile {
  readonly path: string;
  readonly mtimeMs: number;
}

/** They are in a folder per day, in local time. */
async function filesSince(sessions: string, since: number): Promise<readonly RolloutFile[]> {
  const days = new Set<string>();
  for (let at = since - DAY_MS; at <= Date.now() + DAY_MS; at += DAY_MS) {
    days.add(new Date(at).toISOString().slice(0, 10).replaceAll('-', '/'));
  }
  const paths: string[] = [];
  for (const day of days) {
    const folder = join(sessions, day);
    // Most of these days have no folder.
    const names = await readdir(folder).catch(() => []);
    paths.push(...names.filter((name) => /^rollout-.*\.jsonl$/.test(name)).map((name) => join(folder, name)));
  }
  const fresh = await Promise.all(
    // One that vanishes meanwhile is none of this session; a pipe, which an agent can make there, would never end.
    paths.map((path) =>
      stat(path).then(
        (stats) => (stats.isFile() && stats.mtimeMs >= since ? [{ path, mtimeMs: stats.mtimeMs }] : []),
        () => [],
      ),
    ),
  );
  return fresh.flat();
}

/** Null: it is of another session. */
async function readRollout(path: string, thread: string, since: number): Promise<Rollouts | null> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity });
  let usage: Usage | null = null;
  let resetsAt: number | null = null;
  let own: unknown = null;
  try {
    for await (const line of lines) {
      if (own !== null && !TELLING.test(line.slice(0, HEAD))) continue;
      const entry = entryOf(line);
      const { timestamp, type, payload } = entry;
      if (own === null && !opens(entry, thread)) return null;
      own ??= payload?.id ?? thread;
      // Of before it was resumed.
      if (typeof timestamp === 'string' && Date.parse(timestamp) < since) continue;
      // A thread that began as a copy of another one begins with records of that.
      if (type === 'token_usage_record' && payload?.thread_id === own) {
        const { input_tokens, output_tokens } = payload?.usage ?? {};
        const one = {
          inputTokens: countOf(input_tokens),
          outputTokens: countOf(output_tokens),
          costUsd: null,
        };
        usage = addUsage(usage, one);
      }
      // The last one counts: a limit that was hit before may be over.
      const limits = payload?.rate_limits;
      if (limits) resetsAt = resetOf([limits.primary, limits.secondary]);
    }
  } finally {
    lines.close();
  }
  return own === null ? null : { usage, resetsAt };
}

/** Of the limits that are used up, the one that is lifted last. */
function resetOf(limits: readonly (Limit | null | undefined)[]): number | null {
  const seconds = limits.flatMap((limit) =>
    Number(limit?.used_percent) >= 100 && Number.isFinite(limit?.resets_at) ? [Number(limit?.resets_at)] : [],
  );
  return seconds.length === 0 ? null : Math.max(...seconds) * 1_000;
}

/** One that was torn by a kill says nothing. */
const entryOf = (line: string): Entry => jsonLine(line) ?? {};
