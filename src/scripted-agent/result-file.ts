import { renameSync, writeFileSync } from 'node:fs';

export interface StoryEntry {
  readonly passes: boolean;
  readonly failureReason: string | null;
  readonly commit?: string;
}

/** The result of a lead, as far as it has come. */
export interface LeadResult {
  epicId: string;
  readonly stories: Record<string, StoryEntry>;
}

/** A reader sees the old or the new content, never a part. */
export function writeResult(path: string, content: string): void {
  const beside = `${path}.${process.pid}.tmp`;
  writeFileSync(beside, content);
  renameSync(beside, path);
}

export const writeJsonResult = (path: string, value: unknown): void =>
  writeResult(path, `${JSON.stringify(value, null, 2)}\n`);
