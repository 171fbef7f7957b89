/** A mistake of the person who wrote the script or started the agent by hand: exit code 2. */
export class UsageError extends Error {}
