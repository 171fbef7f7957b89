import type { Config } from '../domain/config.ts';
import { type ContractRole, contractText, type Prompts } from '../domain/contract-text.ts';
import type { Reason } from '../domain/events.ts';
import type { Epic } from '../domain/prd.ts';
import { TIERS } from '../domain/role-names.ts';
import { type Models, pinnedModel, teamOf } from '../domain/roles.ts';

type Values = Readonly<Record<string, string>>;

/** A part of a template that stands there only for some values: `{{#name=value|other}}` and `{{/}}`, each on its own line. */
const CONDITION = /^\{\{#([\w.]+)=([\w|]+)\}\}\n(.*?)^\{\{\/\}\}\n/gms;

export const renderPrompt = (prompts: Prompts, role: ContractRole, values: Values): string =>
  fillTemplate(role, prompts.sessions[role].template, { ...values, contract: contractText(role) });

/**
 * Fills `{{name}}` after the conditions are decided; a placeholder without a value is a bug in the template. Values are
 * never expanded again.
 */
export function fillTemplate(title: string, template: string, values: Values): string {
  const valueOf = (name: string): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`prompt ${title}: no value for {{${name}}}`);
    return value;
  };
  return template
    .replace(CONDITION, (_, name: string, wanted: string, part: string) =>
      wanted.split('|').includes(valueOf(name)) ? part : '',
    )
    .replace(/\{\{(\w+)\}\}/g, (_, name: string) => valueOf(name));
}

/** What the configuration and the backend have to say to a session. Placeholders for templates. */
export function settingValues(
  prompts: Prompts,
  config: Pick<Config, 'planning' | 'validation'>,
  session: { readonly backend: string; readonly models: Models },
): Values {
  const backend = prompts.backends[session.backend];
  const { planning, validation } = config;
  return {
    'planning.epic': planning.epic,
    'planning.story': planning.story,
    'validation.story': validation.story,
    'validation.epic': validation.epic,
    fixRounds: String(validation.fixRounds),
    models: modelsText({ ...backend?.tiers, ...session.models }, teamOf(config)),
    habits: backend === undefined ? 'no' : 'yes',
    habitsText: backend?.habits ?? '',
  };
}

/** Which model a lead is to choose for a sub-agent. */
function modelsText(models: Models, roles: readonly string[]): string {
  const pinned = roles.flatMap((role) => {
    const model = pinnedModel(role, models);
    return model === null ? [] : [`\`${role}\` always gets the model \`${model}\`.`];
  });
  if (pinned.length === roles.length) return pinned.join(' ');
  const tiers = TIERS.flatMap((tier) =>
    Object.hasOwn(models, tier) ? [`${tier}: \`${models[tier]}\``] : [],
  );
  const choice =
    'You are asked to choose the model of a sub-agent by difficulty, where you can: small for one obvious place, medium as a rule, large for design, for several parts at once and after a failed attempt';
  return [...pinned, tiers.length === 0 ? `${choice}.` : `${choice} (${tiers.join(', ')}).`].join(' ');
}

/** Stories with their criteria, as Markdown. */
export function storiesText(epic: Epic, storyIds: readonly string[]): string {
  return epic.userStories
    .filter((story) => storyIds.includes(story.id))
    .toSorted((a, b) => a.priority - b.priority)
    .map((story) =>
      [
        `### ${story.id}: ${story.title}`,
        ...(story.description === '' ? [] : [story.description]),
        ...story.acceptanceCriteria.map((criterion) => `- ${criterion}`),
      ].join('\n'),
    )
    .join('\n\n');
}

/** What went wrong before, for the next session. */
export function findingsText(reasons: readonly Reason[]): string {
  if (reasons.length === 0) return 'None: this is the first attempt, or the last one was interrupted.';
  return reasons.map((reason) => `- [${reason.rule}] ${findingText(reason)}`).join('\n');
}

export const findingText = ({ text, details }: Reason): string =>
  details === undefined || details === '' ? text : `${text}\n\n${details}\n`;

export const commandsText = (commands: readonly string[]): string =>
  commands.length === 0 ? 'None are configured.' : commands.map((command) => `- \`${command}\``).join('\n');
