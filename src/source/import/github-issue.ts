import type { Findings } from '../findings.ts';
import type { JsonNode } from '../json.ts';
import { handleOf, member } from '../prd-tree.ts';
import { idField, textField } from './json-fields.ts';
import { line } from './words.ts';

export interface Issue {
  readonly key: string;
  readonly node: JsonNode;
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly link: string | undefined;
  readonly labels: readonly string[];
  readonly parent: {
    readonly key: string;
    readonly id: string;
    readonly title: string;
    readonly link: string | undefined;
  } | null;
}

/** A list, pages of lists (`--paginate --slurp`), the answer of a search, or one issue. */
export function issueNodes(root: JsonNode): readonly JsonNode[] {
  const list = root.items ?? member(root, 'items')?.items;
  return list === undefined ? [root] : list.flatMap((node) => node.items ?? [node]);
}

export const linkOf = (node: JsonNode): string | undefined =>
  [textField(node, 'html_url'), textField(node, 'url')].find(
    (url) => /^https:\/\/[\w.-]{1,100}\/[\w./-]{1,200}\/\d{1,10}$/.test(url) && !url.includes('//api.'),
  );

/** `owner/name` of the address of an issue or a pull request. */
export const repositoryOf = (link: string): string =>
  /^https:\/\/[^/]+\/(.+)\/(?:issues|pull)\/\d+$/.exec(link)?.[1] ?? '';

export const isPullRequest = (node: JsonNode): boolean =>
  Boolean(member(node, 'pull_request')?.value) || /\/pull\/\d+$/.test(linkOf(node) ?? '');

export function readIssue(node: JsonNode, several: boolean, findings: Findings): Issue | null {
  const number = idField(node, 'number');
  if (number === null || !/^\d{1,10}$/.test(number)) {
    findings.add({
      code: 'missing-field',
      message: 'an issue has no number',
      at: handleOf(node),
      fix: 'gh issue list --json number,title,body,labels,url,state',
    });
    return null;
  }
  const link = linkOf(node);
  const repository = several ? repositoryOf(link ?? '') : '';
  const prefix = repository === '' ? 'GH' : (repository.split('/').at(-1) ?? 'GH');
  const parent = member(node, 'parent');
  const parentNumber = parent === undefined ? null : idField(parent, 'number');
  return {
    key: keyOf(number, repository),
    node,
    id: `${prefix}-${number}`,
    title: line(textField(node, 'title')) || `Issue ${number}`,
    body: textField(node, 'body').replaceAll('\r\n', '\n'),
    link,
    labels: (member(node, 'labels')?.items ?? []).flatMap((label) => {
      const name = line(typeof label.value === 'string' ? label.value : textField(label, 'name'), 50);
      return name === '' ? [] : [name];
    }),
    parent:
      parent === undefined || parentNumber === null
        ? null
        : {
            key: keyOf(parentNumber, repository),
            id: `${prefix}-${parentNumber}`,
            title: line(textField(parent, 'title')) || `Issue ${parentNumber}`,
            link: linkOf(parent),
          },
  };
}

export const keyOf = (number: string, repository: string): string =>
  repository === '' ? number : `${repository}#${number}`;

/** `#12`, or `owner/name#12` where there are several repositories. */
export const shownKey = (key: string): string => (key.includes('#') ? key : `#${key}`);
