import { isRecord } from '../findings.ts';
import { parseJson } from '../json.ts';
import { repairIds } from './repair-ids.ts';
import { repairShape } from './repair-shape.ts';

export interface RepairSetting {
  /** What the project is called when the draft does not say. */
  readonly project: string;
  /** What `$schema` has to be. */
  readonly schema: string;
  /** Ids of epics outside of the draft that `dependsOn` may name. */
  readonly known: readonly string[];
}

export interface Repaired {
  /** The draft as a PRD file, laid out anew; not necessarily a valid one. */
  readonly text: string;
  /** What was changed, for people; none: the draft was as it should be. */
  readonly repairs: readonly string[];
}

/** Tells of a change. */
export type Note = (text: string) => void;
export type Json = Record<string, unknown>;

/**
 * Mends in a draft what has only one meaning: how it is written down, ids, names of fields, what only `teams` may claim.
 * What it says stays as it is. Null: it is no JSON, or says something twice.
 */
export function repairPrd(draft: string, setting: RepairSetting): Repaired | null {
  const repairs: string[] = [];
  const note: Note = (text) => void repairs.push(text);
  const value = readLeniently(draft, note);
  if (value === null) return null;
  const prd = repairShape(value, setting, note);
  repairIds(prd, setting.known, note);
  const { $schema: _, ...rest } = prd;
  return { text: `${JSON.stringify({ $schema: setting.schema, ...rest }, null, 2)}\n`, repairs };
}

function readLeniently(draft: string, note: Note): Json | readonly unknown[] | null {
  for (const { text, about } of candidates(draft)) {
    const { root, findings } = parseJson(text);
    // Only the person knows which of the two is meant.
    if (root === null || findings.some(({ code }) => code === 'duplicate-key')) continue;
    const { value } = root;
    if (!isRecord(value) && !Array.isArray(value)) continue;
    if (about !== null) note(about);
    for (const message of new Set(findings.map((finding) => finding.message))) note(`syntax: ${message}`);
    return value;
  }
  return null;
}

/** The text, and what is inside of a fence or between the outermost braces of it. */
function candidates(draft: string): readonly { readonly text: string; readonly about: string | null }[] {
  const text = draft.replace(/^\ufeff/, '');
  const about = 'syntax: text around the JSON is left out';
  const inFence = /^```\w*\r?\n(.*?)^```/ms.exec(text)?.[1];
  const inBraces = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
  return [
    { text, about: null },
    ...(inFence === undefined ? [] : [{ text: inFence, about }]),
    ...(inBraces === '' ? [] : [{ text: inBraces, about }]),
  ];
}
