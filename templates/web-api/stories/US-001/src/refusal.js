/** What a client can mend. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Tags as a client may give them. */
export function checkTags(tags) {
  if (!Array.isArray(tags) || tags.some((tag) => typeof tag !== 'string')) {
    throw new Refusal(422, 'tags have to be a list of texts');
  }
  return tags;
}
