export const IMPORT_FORMATS = ['markdown', 'spec-kit', 'task-master', 'ralph', 'github'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** What people call the formats. */
export const FORMAT_NAMES: Readonly<Record<ImportFormat, string>> = {
  markdown: 'a PRD in Markdown',
  'spec-kit': 'the tasks.md of spec-kit',
  'task-master': 'the tasks.json of Task Master',
  ralph: 'a prd.json with a flat list of stories',
  github: 'GitHub issues',
};
