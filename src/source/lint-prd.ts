import type { Place } from '../domain/lint/finding.ts';
import { lintPrd } from '../domain/lint/lint.ts';
import { RULES } from '../domain/lint/rules.ts';
import type { Prd } from '../domain/prd.ts';
import type { Findings } from './findings.ts';
import type { JsonNode } from './json.ts';
import { opening } from './prd-tree.ts';
import type { Range } from './text.ts';

/** Adds what makes runs fail to the findings, with its place in the file. `prd` is the value of `root`, and valid. */
export function addLint(root: JsonNode, prd: Prd, text: string, findings: Findings): void {
  for (const { rule, message, fix, at, related } of lintPrd(prd)) {
    findings.add({
      severity: 'warning',
      code: rule,
      message,
      why: RULES[rule].why,
      fix,
      at: rangeOf(at, root, text),
      ...(related === undefined
        ? {}
        : { related: related.map((entry) => ({ ...entry, at: rangeOf(entry.at, root, text) })) }),
    });
  }
}

function rangeOf({ path, within, name }: Place, root: JsonNode, text: string): Range {
  let node = root;
  let key: Range | undefined;
  for (const part of path) {
    const member = typeof part === 'number' ? undefined : node.members?.get(part);
    key = member?.key;
    node = (typeof part === 'number' ? node.items?.[part] : member?.node) ?? node;
  }
  if (name === true && key !== undefined) return key;
  return within === undefined ? opening(node) : insideString(node, within, text);
}

/** Part of the value of a string, in the file: an escape is longer there than what it means. */
function insideString(
  { start, end }: Range,
  within: { readonly start: number; readonly end: number },
  text: string,
): Range {
  let at = start + 1;
  const skip = (units: number): number => {
    for (let left = units; left > 0 && at < end - 1; left--) {
      at += text[at] !== '\\' ? 1 : text[at + 1] === 'u' ? 6 : 2;
    }
    return at;
  };
  const from = skip(within.start);
  return { start: from, end: skip(within.end - within.start) };
}
