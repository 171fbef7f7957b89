import { clip } from './printable.ts';

/** A plan for one epic that a person agreed to. */
export interface AgreedPlan {
  readonly epicId: string;
  /** Of the epic that was planned: another one means that the plan is about something else by now. */
  readonly hash: string;
  /** Markdown. */
  readonly text: string;
}

/** Longer plans are refused: a lead reads all of it. In UTF-16 units. */
export const PLAN_LIMIT = 40_000;

const HEAD = /^---\r?\nversion: 1\r?\nepic: (\S{1,64})\r?\nhash: ([0-9a-f]{16})\r?\n---\r?\n/;

/** The file of a plan: a head for `teams`, then the plan, which a person may edit. */
export const renderPlan = ({ epicId, hash, text }: AgreedPlan): string =>
  `---\nversion: 1\nepic: ${epicId}\nhash: ${hash}\n---\n${text.trimEnd()}\n`;

/** Null: not written by this version of `teams`, or there is no plan in it. */
export function parsePlan(file: string): AgreedPlan | null {
  const head = HEAD.exec(file);
  if (head === null) return null;
  const [whole, epicId = '', hash = ''] = head;
  const text = clip(file.slice(whole.length), PLAN_LIMIT);
  return text.trim() === '' ? null : { epicId, hash, text };
}

/** `none`: the epic is not called planned. Only an `agreed` plan is followed. */
export type PlanStanding = 'none' | 'agreed' | 'stale' | 'missing' | 'unreadable';

/** `hash`: of the epic as it is now. `file`: what is stored for it, null when nothing is. */
export function planStanding(
  epic: { readonly id: string; readonly planned: boolean },
  hash: string,
  file: string | null,
): PlanStanding {
  if (!epic.planned) return 'none';
  if (file === null) return 'missing';
  const plan = parsePlan(file);
  if (plan === null || plan.epicId !== epic.id) return 'unreadable';
  return plan.hash === hash ? 'agreed' : 'stale';
}

export interface PlanRemark {
  readonly level: 'info' | 'warning';
  readonly code: string;
  readonly text: string;
}

/** What a person should know of the plans of epics that are about to be worked on. */
export function planRemarks(standings: ReadonlyMap<string, PlanStanding>): readonly PlanRemark[] {
  const of = (wanted: PlanStanding): readonly string[] =>
    [...standings].filter(([, standing]) => standing === wanted).map(([id]) => id);
  const remarks: PlanRemark[] = [];
  const say = (ids: readonly string[], level: PlanRemark['level'], code: string, text: string): void => {
    if (ids.length > 0) remarks.push({ level, code, text });
  };
  const [agreed, stale, missing, unreadable] = [of('agreed'), of('stale'), of('missing'), of('unreadable')];
  say(agreed, 'info', 'plans', `agreed plans are followed: ${agreed.join(', ')}`);
  say(
    stale,
    'warning',
    'plan-stale',
    `edited since it was planned, so the lead plans anew: ${stale.join(', ')} (teams plan ${stale.join(' ')})`,
  );
  say(
    missing,
    'warning',
    'plan-missing',
    `called planned, but no plan is stored here, so the lead plans: ${missing.join(', ')} (teams plan ${missing.join(' ')})`,
  );
  say(
    unreadable,
    'warning',
    'plan-unreadable',
    `the stored plan has lost its head, so the lead plans: ${unreadable.join(', ')} (teams plan ${unreadable.join(' ')})`,
  );
  return remarks;
}
