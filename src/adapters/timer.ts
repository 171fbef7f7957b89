/** In milliseconds: Node fires at once for delays above this. */
export const LONGEST_DELAY = 2_147_483_647;
