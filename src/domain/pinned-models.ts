import * as z from 'zod';
import { MODEL_KEYS } from './role-names.ts';

/** Read like any record: with noUncheckedIndexedAccess, a key that is not there is accounted for already. */
type Pinned = z.ZodType<Record<string, string>, Record<string, string>>;

/** A model per role or per tier. */
export const pinnedModels: Pinned = z.partialRecord(z.enum(MODEL_KEYS), z.string()) as Pinned;
