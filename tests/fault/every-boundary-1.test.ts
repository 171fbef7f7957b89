import { killAtEveryBoundary } from './every-boundary.ts';

await killAtEveryBoundary(1);
