import { namesMeasure, namesResult } from './checkable.ts';
import type { CriterionFinding } from './finding.ts';

interface Shape {
  readonly is: (criterion: string) => boolean;
  readonly what: string;
  readonly fix: string;
}

const PLACEHOLDER =
  /^(?:tbd|tba|tbc|todo|fixme|n\/?a|none|\?+|\.\.|…|-+|x{3,}|lorem ipsum.*|(?:todo|tbd|fixme):.*|to be (?:done|defined|decided|determined|specified)|(?:see|as in|as per|per) (?:the )?(?:description|above|below|design|ticket|issue|spec|mockups?)|(?:as|same as) (?:above|before|expected|intended|(?:described|discussed|agreed|specified)(?: above| before| in the description)?))[.!]*$/i;

const CLAIM =
  /^(?:(?:it|everything|all|this|that|(?:the )?(?:feature|story|functionality|code|system|app|application)|all (?:features?|requirements?|functionality|functionalities|criteria|stories))\s+)?(?:is |are |has been |have been |was |should |must |just )?(?:be )?(?:fully |completely |successfully )?(?:done|works?|working|ok(?:ay)?|complete|completed|finished|implemented|functional|ready|met|fulfilled|satisfied|bug[- ]free|no bugs|no (?:known )?issues)[.!]*$/i;

/** Topics of work. A criterion of nothing but these names a chapter, not a result. */
const TOPICS = new Set(
  'login logout signup registration authentication authorization auth error errors handling tests test testing unit integration e2e documentation docs performance security logging monitoring validation input ui ux design layout styling api support accessibility caching refactoring code quality coverage database schema backend frontend deployment configuration setup cleanup usability scalability reliability search navigation notifications settings internationalization localization i18n'.split(
    ' ',
  ),
);
const JOINTS = new Set(['and', 'the', 'a', 'of', 'for', 'good', 'proper', 'basic', 'full', 'complete', '&']);

const CHORE =
  /^(?:improve|optimi[sz]e|refactor|clean up|tidy(?: up)?|investigate|research|explore|consider|think about|look into|discuss|understand|polish|enhance|moderni[sz]e|rethink)\s+(?:the|our|all|its|their|existing|overall|general|how|whether|performance|usability|error|code|ui|ux|security|readability|maintainability|test)\b/i;
const QUALITY =
  /^(?:ensure|guarantee|increase|maintain)s? (?:(?:\w+ ){0,2}(?:quality|performance|security|usability|scalability|reliability|maintainability|readability))[.!]*$/i;
const PURPOSE = /\b(?:so that|until|such that|from|into|to|by)\b/i;

const FEELING =
  /\b(?:users?|customers?|people|everyone|everybody|developers?|stakeholders?|clients?|visitors?|the team|management|the product owner)\s+(?:(?:is|are|feels?|will be|should be|should feel|must be)\s+(?:very |really |fully |more )?(?:happy|satisfied|delighted|pleased|comfortable|confident|impressed|excited|at ease)|(?:loves?|enjoys?|trusts?)\s+(?:it|the|our|using|working))\b/i;

const SHAPES: readonly Shape[] = [
  {
    is: (text) => PLACEHOLDER.test(text),
    what: 'is a placeholder',
    fix: 'write what is true when the story is done: what is done, and what is seen then',
  },
  {
    is: (text) => CLAIM.test(text),
    what: 'says that the work is done, not what the work is',
    fix: 'write what somebody does and what they see then, such as: teams --version prints the version and exits with 0',
  },
  {
    is: isTopic,
    what: 'names a topic, not a result',
    fix: 'write one sentence per result of it, such as: a wrong password shows "Email or password is wrong"',
  },
  {
    is: (text) =>
      QUALITY.test(text) ||
      (CHORE.test(text) && !PURPOSE.test(text) && !namesResult(text) && !namesMeasure(text)),
    what: 'asks for an activity that leaves nothing to look at',
    fix: 'write what is different afterwards, such as: src/parser.ts has no function over 40 lines and npm test passes',
  },
  {
    is: (text) => FEELING.test(text) && !namesMeasure(text),
    what: 'is about what people feel, which no agent can look at',
    fix: 'write what they can do now, and what they see when they do it',
  },
];

/** `text` is the criterion without what it quotes. */
export function uncheckable(text: string): CriterionFinding | null {
  // Nothing but a literal: a message, a command.
  if (text.trim() === '') return null;
  const shape = SHAPES.find(({ is }) => is(text.trim()));
  return shape === undefined
    ? null
    : { rule: 'uncheckable-criterion', what: `this ${shape.what}`, fix: shape.fix };
}

function isTopic(text: string): boolean {
  const found = text
    .toLowerCase()
    .replace(/(?<![.:!])[.:!]+$/, '')
    .split(/[\s,/]+/);
  return (
    found.length <= 6 &&
    found.some((word) => TOPICS.has(word)) &&
    found.every((word) => TOPICS.has(word) || JOINTS.has(word))
  );
}
