import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { answerText, type Prompts, roleMark, type SessionPrompt } from '../domain/contract-text.ts';
import { AGENT_ROLES, type AgentRole } from '../domain/role-names.ts';
import { type RoleHead, roleHeadSchema, type RoleSource } from '../domain/roles.ts';
import { ROLE_CLIS } from './agents/roles/registry.ts';
import { packageRoot } from './own-package.ts';

interface PromptFile {
  readonly head: RoleHead;
  readonly body: string;
}

/** What is told to sessions, from the prompts/ folder of the package. */
export function readPrompts(): Prompts {
  const lead = readPrompt('team-lead');
  const planner = readPrompt('agents/epic-planner');
  return {
    sessions: {
      'team-lead': { template: `${roleMark('team-lead')}\n${lead.body}`, tier: lead.head.model },
      // A session that mends findings builds like any builder, but it answers `teams` instead of a lead.
      builder: sessionOf('builder', 'fix'),
      merger: sessionOf('merger', 'merger'),
      'final-validator': sessionOf('final-validator', 'final-validator'),
      planner: {
        template: `${roleMark('planner')}\n${planner.body}\n${readText('authoring/plan')}`,
        tier: planner.head.model,
      },
    },
    backends: ROLE_CLIS,
  };
}

function sessionOf(role: AgentRole, assignment: string): SessionPrompt {
  const { head, body } = readPrompt(`agents/${role}`);
  return {
    template: `${roleMark(assignment)}\n${body}\n${readText(`sessions/${assignment}`)}`,
    tier: head.model,
  };
}

/** The roles that an agent CLI can offer to a lead. Synchronous: a few small files of our own, read once per session. */
export function readRoles(names: readonly AgentRole[] = AGENT_ROLES): readonly RoleSource[] {
  return names.map((role) => {
    const { head, body } = readPrompt(`agents/${role}`);
    const answer = `## Your answer\n\nEnd with this and nothing after it: one JSON block that fits this schema, in the text of your last message, not in a file.\n\n\`\`\`json\n${answerText(role)}\n\`\`\`\n`;
    return { ...head, role, instructions: `${roleMark(role)}\n${body}\n${answer}` };
  });
}

/** What a session is told in which a PRD or a plan is written. */
export const readAuthoringPrompt = (name: 'init'): string =>
  `${roleMark(name)}\n${readText(`authoring/${name}`)}`;

/** A file of prompts/ that does not keep its form is a bug of ours. */
function readPrompt(name: string): PromptFile {
  const match = /^---\n(.*?)^---\n(.*)$/ms.exec(readText(name));
  if (match === null) throw new Error(`prompts/${name}.md has no front matter`);
  const head = roleHeadSchema.safeParse(parse(match[1] ?? ''));
  if (!head.success) throw new Error(`prompts/${name}.md: ${head.error.message}`);
  if (!name.endsWith(head.data.role)) throw new Error(`prompts/${name}.md is about ${head.data.role}`);
  return { head: head.data, body: match[2] ?? '' };
}

const readText = (name: string): string => readFileSync(join(packageRoot(), 'prompts', `${name}.md`), 'utf8');

/** A page of the documentation where this installation has it, for messages. */
export const docsPage = (name: string): string => join(packageRoot(), 'docs', `${name}.md`);
