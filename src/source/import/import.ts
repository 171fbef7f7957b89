import type { Findings } from '../findings.ts';
import { type JsonNode, parseJson } from '../json.ts';
import { member } from '../prd-tree.ts';
import type { SourceText } from '../text.ts';
import type { Draft } from './draft.ts';
import { FORMAT_NAMES, IMPORT_FORMATS, type ImportFormat } from './formats.ts';
import { importGithub } from './github.ts';
import { importMarkdown } from './markdown.ts';
import { importRalph } from './ralph.ts';
import { importSpecKit, looksLikeSpecKit } from './spec-kit.ts';
import { importTaskMaster } from './task-master.ts';
import { shown } from './words.ts';

export interface Imported {
  readonly format: ImportFormat;
  readonly draft: Draft;
}

/** Reads a file in one of the formats, the one that it looks like unless it is given. Null when it is none of them: see the findings. */
export function readImport(
  source: SourceText,
  wanted: ImportFormat | undefined,
  findings: Findings,
): Imported | null {
  const isJson =
    wanted === undefined ? /^\s*[{[]/.test(source.text) : wanted !== 'markdown' && wanted !== 'spec-kit';
  if (!isJson) {
    const format = wanted ?? (looksLikeSpecKit(source.text) ? 'spec-kit' : 'markdown');
    const draft = format === 'spec-kit' ? importSpecKit(source) : importMarkdown(source);
    return nothingIn(draft, format, findings) ? null : { format, draft };
  }
  const parsed = parseJson(source.text);
  // Of two equal keys the last one counts, as everywhere; that is no reason to refuse the file of another tool.
  findings.addSyntax(parsed.findings.filter(({ code }) => code !== 'duplicate-key'));
  if (parsed.root === null || findings.hasErrors) return null;
  if (parsed.root.items?.length === 0) {
    // Such as what gh prints when there is no issue.
    findings.add({
      code: 'nothing-to-import',
      message: 'the list is empty',
      at: null,
      fix: 'nothing needs to be imported',
    });
    return null;
  }
  const format = wanted ?? formatOf(parsed.root);
  if (format === null) {
    const isOurs = member(parsed.root, 'epics') !== undefined;
    findings.add({
      code: isOurs ? 'already-a-prd' : 'unknown-format',
      message: isOurs
        ? 'this has epics already: it is a PRD for teams'
        : 'this is in none of the formats that can be imported',
      at: { start: parsed.root.start, end: parsed.root.start + 1 },
      fix: isOurs
        ? 'teams validate, and teams run with its path'
        : `say which one it is: --format ${IMPORT_FORMATS.join('|')}`,
    });
    return null;
  }
  const draft = draftOf(format, parsed.root, findings);
  return findings.hasErrors || nothingIn(draft, format, findings) ? null : { format, draft };
}

function draftOf(format: ImportFormat, root: JsonNode, findings: Findings): Draft {
  switch (format) {
    case 'task-master':
      return importTaskMaster(root, findings);
    case 'ralph':
      return importRalph(root, findings);
    case 'github':
      return importGithub(root, findings);
    case 'markdown':
    case 'spec-kit':
      throw new Error(`${format} is no JSON`);
  }
}

function formatOf(root: JsonNode): ImportFormat | null {
  if (member(root, 'epics') !== undefined) return null;
  const items = root.items ?? member(root, 'items')?.items;
  const first = items?.[0]?.items?.[0] ?? items?.[0] ?? (root.items === undefined ? root : undefined);
  const has = (...names: readonly string[]): boolean =>
    first !== undefined && names.every((name) => member(first, name) !== undefined);
  if (has('number', 'title')) return 'github';
  if (member(root, 'userStories')?.items !== undefined || member(root, 'stories')?.items !== undefined)
    return 'ralph';
  if (root.items !== undefined && (has('acceptanceCriteria') || has('passes'))) return 'ralph';
  if (member(root, 'tasks')?.items !== undefined) return 'task-master';
  const isTag = [...(root.members?.values() ?? [])].some(
    ({ node }) => member(node, 'tasks')?.items !== undefined,
  );
  return isTag ? 'task-master' : null;
}

function nothingIn(draft: Draft, format: ImportFormat, findings: Findings): boolean {
  if (draft.groups.length > 0 || findings.hasErrors) return false;
  const count = draft.done.filter(({ inside }) => inside !== true).length;
  const left = leftOutOf(draft);
  const all = left === '' ? `all of it (${count})` : `what could be taken over (${count})`;
  findings.add({
    code: count > 0 ? 'nothing-left-to-do' : 'nothing-to-import',
    message:
      count > 0
        ? `read as ${FORMAT_NAMES[format]}, ${all} is done${left}`
        : `read as ${FORMAT_NAMES[format]}, there is no work in it${left}`,
    at: null,
    fix: count > 0 && left === '' ? 'nothing needs to be imported' : HINTS[format],
  });
  return true;
}

/** What was not taken over may be what was meant. */
function leftOutOf({ leftOut }: Draft): string {
  const [first, ...others] = leftOut.filter(({ inside }) => inside !== true);
  if (first === undefined) return '';
  const more = others.length > 0 ? `, and ${others.length} more` : '';
  return `; left out: ${shown(first.title)} (${first.why})${more}`;
}

const HINTS: Readonly<Record<ImportFormat, string>> = {
  markdown: 'write what is to be done as a checklist (- [ ] …) under headings',
  'spec-kit':
    'tasks look like "- [ ] T001 …" under "## Phase 1: …"; for another kind of list: --format markdown',
  'task-master': 'there have to be tasks under "tasks", or under the name of a tag',
  ralph: 'there has to be a list "userStories"',
  github: 'gh issue list --json number,title,body,labels,url,state,parent,blockedBy | teams import -',
};
