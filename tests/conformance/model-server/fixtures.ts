import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../fixtures/streams', import.meta.url));

/**
 * With TEAMS_RECORD=1 keeps the stream of a CLI for the fast tests of its adapter, without what differs from run to
 * run: folders, ids, times.
 */
export function keepStream(
  cli: string,
  version: string,
  scenario: string,
  stream: string,
  folder: string,
): void {
  if (process.env['TEAMS_RECORD'] !== '1') return;
  const file = join(FOLDER, `${cli}-${version}`, `${scenario}.ndjson`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, scrub(stream, folder));
}

/**
 * What a CLI tells about its usage beside its stream, next to it: the usage file of one, of another the lines of the
 * sessions that count tokens, one file per thread, of which a sub-agent has its own.
 */
export function keepUsage(cli: string, version: string, scenario: string, folder: string): void {
  const told = join(folder, 'usage.json');
  if (existsSync(told)) keepStream(cli, version, `${scenario}.usage`, readFileSync(told, 'utf8'), folder);
  const sessions = join(folder, 'home/.codex/sessions');
  if (!existsSync(sessions)) return;
  const names = readdirSync(sessions, { recursive: true, encoding: 'utf8' }).toSorted();
  const threads = names.filter((name) => name.endsWith('.jsonl'));
  for (const [index, name] of threads.entries()) {
    const lines = readFileSync(join(sessions, name), 'utf8').split('\n');
    const counting = lines.filter((line) => COUNTING.test(line)).map(clipStrings);
    keepStream(cli, version, `${scenario}.rollout-${index + 1}`, `${counting.join('\n')}\n`, folder);
  }
}

const COUNTING = /"type":"(session_meta|token_usage_record|token_count|task_started|task_complete)"/;
/** The instructions of a CLI are of no use here. */
const clipStrings = (line: string): string =>
  JSON.stringify(
    JSON.parse(line, (_, value: unknown) => (typeof value === 'string' ? value.slice(0, 200) : value)),
  );

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const IDS = /\b(ses|prt|msg|req|resp|evt)_[A-Za-z0-9]{8,}\b/g;
const ISO = /\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)/g;
const EPOCH_MS = /\b1[789]\d{11}\b/g;
const DURATIONS = /("\w*(?:duration|Duration|_ms|Ms)\w*"\s*:\s*)\d+(\.\d+)?/g;

export function scrub(stream: string, folder: string): string {
  return (
    numbered(numbered(withoutFolder(stream, folder), UUID, uuid), IDS, plainId)
      .replace(/(?:\/[^\s"\\/]+)+\/copilot\/pkg\//g, '/cache/copilot/pkg/')
      .replace(ISO, '2026-01-01T00:00:00.000Z')
      // A limit ends an hour after everything else happened.
      .replace(/("next":)\d{13}\b/g, '$1"hour"')
      .replace(/("(?:resetsAt|resets_at)":)\d{10}\b/g, '$11767229200')
      .replace(EPOCH_MS, '1767225600000')
      .replace(DURATIONS, '$11')
      .replaceAll('"hour"', '1767229200000')
      .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:8080')
  );
}

/** As a path, and as the name of a folder that one CLI makes of it. */
const withoutFolder = (stream: string, folder: string): string =>
  stream.replaceAll(folder, '/project').replaceAll(folder.replaceAll('/', '-'), '-project');

/** The same id becomes the same number, in order of appearance: what belongs together stays together. */
function numbered(text: string, pattern: RegExp, name: (number: number, prefix: string) => string): string {
  const known = new Map<string, string>();
  return text.replace(pattern, (id, prefix: string) => {
    const found = known.get(id) ?? name(known.size + 1, prefix);
    known.set(id, found);
    return found;
  });
}

const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const plainId = (number: number, prefix: string): string => `${prefix}_${String(number).padStart(8, '0')}`;
