import { approvalRefused } from '../domain/scope.ts';
import type { Findings } from './findings.ts';
import type { JsonNode } from './json.ts';
import { epicsOf, member } from './prd-tree.ts';

/** Only commands that ask whether a PRD can be run care: others work on with it, and a run with `--only` may leave it out. */
export function checkApproval(root: JsonNode, findings: Findings): void {
  for (const { node, name } of epicsOf(root)) {
    const at = member(node, 'approval');
    if (at?.value !== 'always' || member(node, 'status')?.value === 'completed') continue;
    const { code, what, why, fix } = approvalRefused(name);
    findings.add({ code, message: what, why, fix, at });
  }
}
