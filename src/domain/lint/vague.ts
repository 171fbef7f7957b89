import { clip } from '../printable.ts';
import { namesMeasure, namesResult, namesSpeed } from './checkable.ts';
import type { CriterionFinding } from './finding.ts';

interface Phrases {
  readonly pattern: RegExp;
  /** Whether the rest of the criterion says what the phrase means. */
  readonly explained: (rest: string) => boolean;
  readonly fix: string;
}

const BE = '(?:is|are|be|being|stays?|remains?|feels?|looks?|seems?|becomes?)';
const VERY =
  '(?:very |really |quite |more |highly |fully |reasonably |sufficiently |super |extremely |generally |blazing(?:ly)? )?';
const WELL =
  '(?:well|properly|correctly|nicely|smoothly|fine|great|perfectly|flawlessly|seamlessly|reliably|as (?:expected|intended|designed|it should))';
const GOOD =
  '(?:good|great|nice|clean|decent|excellent|proper|intuitive|modern|high[- ]quality|professional)';
const WHOLE =
  '(?:code|codebase|architecture|design|ui|ux|interface|layout|app|application|system|service|site|website|api|platform|solution|feature|product|experience)';

const PRAISE = `${VERY}(?:fast|quick|snappy|secure|safe|robust|stable|scalable|responsive|performant|intuitive|reliable|simple|clean|modern|beautiful|elegant|polished|flexible|efficient|maintainable|extensible|lightweight)`;

const words = (source: string): RegExp => new RegExp(`\\b(?:${source})\\b`, 'i');
const explained = (rest: string): boolean => namesResult(rest) || namesMeasure(rest);

/** English only: a criterion in another language is never called vague. */
const PHRASES: readonly Phrases[] = [
  {
    pattern: words(`(?:works?|working|functions?|functioning|behaves?|performs?|operates?) ${WELL}`),
    explained,
    fix: 'say what is seen then, such as: pressing Save shows "Saved" and the entry is there after a reload',
  },
  {
    pattern:
      /\b(?:handle[sd]?|handling|deals? with|dealt with|manage[sd]?)\b(?:[^.;:]{0,60}?\b(?:gracefully|properly|correctly|appropriately|nicely|robustly|sensibly)\b| (?:all )?(?:edge|corner) cases\b)|\b(?:edge|corner) cases are (?:handled|covered|considered)\b|\b(?:proper|good|robust|appropriate) error handling\b/i,
    explained,
    fix: 'name the case and its result, such as: a file that does not exist ends with exit code 1 and its name on stderr',
  },
  {
    // More may follow that makes it plain: "returns the correct total for two items".
    pattern:
      /\breturns? (?:a |an |the )?(?:valid|proper|correct|appropriate|expected|right) (?:response|result|value|output|data|status)s?\.?\s*$|\bresponds (?:correctly|properly|appropriately)\.?\s*$/i,
    explained: namesMeasure,
    fix: 'give an input and what comes back for it, such as: GET /books?tag=x answers 200 with the two books that have the tag',
  },
  {
    pattern: words(
      `${BE} ${VERY}(?:fast(?:er)?|quick(?:er)?|snappy|speedy|responsive|performant|low[- ]latency)(?! ?-?forward| than)|(?:returned|rendered|loaded|displayed|shown|processed|updated|handled|delivered|sent|found|calculated|generated|saved) ${VERY}(?:fast|quickly|rapidly|swiftly)|(?:memory|cpu|disk|battery|resource)(?: usage| use| consumption)? ${BE} ${VERY}(?:reasonable|low|minimal|acceptable|efficient|fine|ok|optimal)|(?:loads?|responds?|runs?|starts?|opens?) ${VERY}(?:fast|quickly|rapidly|swiftly|instantly)|(?:good|great|acceptable|decent|reasonable|high|optimal|best) (?:performance|speed|response times?)|performance ${BE} ${VERY}(?:good|great|acceptable|decent|reasonable|fine|ok|optimal)|(?:without|no) (?:noticeable |visible |perceptible )?(?:lags?|lagging)`,
    ),
    explained: namesSpeed,
    fix: 'give a limit and where it is measured, such as: a search over 10,000 entries answers within 200 ms in bench/search.js',
  },
  {
    pattern: words(
      `user[- ]friendly|easy to (?:use|understand|maintain|extend|navigate|learn)|(?:${BE}|and) ${VERY}(?:intuitive|robust|scalable|maintainable|polished|professional|elegant|seamless|smooth|beautiful|nice|modern|appealing|attractive|efficient|flexible|reliable|pleasant|stylish|production[- ]ready|well[- ](?:tested|documented|structured|designed|written|organi[sz]ed))`,
    ),
    explained,
    fix: 'say what a person does and sees, or name the check that decides it',
  },
  {
    pattern: words(
      `${WHOLE} (?:is|are|should be|must be|stays?|remains?|looks?|feels?) ${VERY}(?:clean|stable|secure|safe|simple|good|great|readable|optimi[sz]ed|fine|solid)|looks? (?:good|great|nice|professional|modern|polished)|${GOOD} (?:ui|ux|usability|user experience|look and feel|code quality|readability|test coverage|documentation)|(?:follows?|according to|using|adheres? to) (?:the )?(?:\\w+ )?best practices|clean code|high(?:est)? quality|state[- ]of[- ]the[- ]art`,
    ),
    explained,
    fix: 'name the property that is meant and what would show it, such as: a password is never written to a log',
  },
  {
    pattern: words(
      `(?:is|are|be) (?:significantly |greatly |much |noticeably |further )?(?:improved|enhanced|optimi[sz]ed|streamlined|moderni[sz]ed|better)(?! than)`,
    ),
    explained,
    fix: 'say what is different afterwards: the value before, the value after, and how it is measured',
  },
  {
    // The whole criterion.
    pattern: new RegExp(`^\\W*${PRAISE}(?:(?:,|,? and|,? &) ${PRAISE}){0,3}\\W*$`, 'i'),
    explained: () => false,
    fix: 'say what a person does and sees, or name the check that decides it',
  },
  {
    // In brackets it is an example.
    pattern: /(?<![/\w.])etc\.?\s*$|\band so (?:on|forth)\.?\s*$/i,
    explained: () => false,
    fix: 'list all of them: what is not written down is not built, or built differently by each',
  },
  {
    pattern: words(
      'if possible|if feasible|where possible|ideally|preferably|nice[- ]to[- ]have|hopefully|(?:as|where|when) appropriate',
    ),
    explained: () => false,
    fix: 'decide: ask for it without condition, or leave it out',
  },
];

/** `text` is the criterion without what it quotes. */
export function vaguePhrase(criterion: string, text: string): CriterionFinding | null {
  for (const { pattern, explained: isExplained, fix } of PHRASES) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const [phrase] = match;
    const within = { start: match.index, end: match.index + phrase.length };
    // The quotes count here: `says "Saved"` is as plain as it gets.
    if (isExplained(`${criterion.slice(0, within.start)} ${criterion.slice(within.end)}`)) continue;
    return { rule: 'vague-criterion', what: `"${clip(phrase, 60)}" can mean anything`, fix, within };
  }
  return null;
}
