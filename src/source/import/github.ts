import { type Findings, quote } from '../findings.ts';
import type { JsonNode } from '../json.ts';
import { handleOf } from '../prd-tree.ts';
import type { Draft, Guess, LeftOut } from './draft.ts';
import { groupsOf } from './github-groups.ts';
import {
  isPullRequest,
  type Issue,
  issueNodes,
  linkOf,
  readIssue,
  repositoryOf,
  shownKey,
} from './github-issue.ts';
import { textField } from './json-fields.ts';

/** Issues as `gh issue list --json` or the REST API give them: an issue is an epic, unless it belongs to another one. */
export function importGithub(root: JsonNode, findings: Findings): Draft {
  const nodes = issueNodes(root);
  const repositories = new Set(nodes.map((node) => repositoryOf(linkOf(node) ?? '')));
  const done: LeftOut[] = [];
  const leftOut: LeftOut[] = [];
  const issues = new Map<string, Issue>();
  for (const node of nodes) {
    const issue = readIssue(node, repositories.size > 1, findings);
    if (issue === null) continue;
    const aside = { key: issue.key, title: `${shownKey(issue.key)} ${issue.title}`, at: handleOf(node) };
    const twice = issues.get(issue.key);
    if (isPullRequest(node)) leftOut.push({ ...aside, why: 'it is a pull request' });
    else if (/^closed$/i.test(textField(node, 'state'))) done.push({ ...aside, why: 'it is closed' });
    else if (twice !== undefined) {
      findings.add({
        severity: 'warning',
        code: 'duplicate-id',
        message: `issue ${quote(issue.key)} is there twice; the first one counts`,
        at: handleOf(node),
        related: [{ message: 'first here', at: handleOf(twice.node) }],
      });
    } else issues.set(issue.key, issue);
  }
  const guesses: Guess[] = [];
  const groups = groupsOf(issues, { done, leftOut, guesses });
  return {
    project: projectOf([...repositories]),
    description: '',
    groups,
    done,
    leftOut,
    guesses: [
      {
        kind: 'grouping',
        message:
          'an issue is an epic of one story; sub-issues, and issues that the checklist of another one names, are stories of that one, and with the label "epic" so are all entries of its checklist',
      },
      { kind: 'ids', message: 'issue 12 is GH-12' },
      {
        kind: 'criteria',
        message:
          'criteria are the list under "Acceptance criteria" of an issue, else its checklist, else its title',
      },
      {
        kind: 'dependencies',
        message:
          'dependencies are blockedBy, and lines such as "Depends on #12" or "Blocked by #12" in the text',
      },
      ...guesses,
    ],
  };
}

function projectOf(repositories: readonly string[]): string | null {
  const [only] = repositories;
  return repositories.length === 1 && only !== undefined && only !== ''
    ? (only.split('/').at(-1) ?? null)
    : null;
}
