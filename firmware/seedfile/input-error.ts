/**
 * Input from outside that cannot be used: a file, an option, a field. The message is for people and
 * never holds a secret.
 */
export class InputError extends Error {
  override readonly name = "InputError";

  /** @param field what is wrong, as the user knows it: an element, an option, a file */
  constructor(
    readonly field: string,
    readonly problem: string,
  ) {
    super(`${field}: ${problem}`);
  }

  /** The same error, saying in what it was found: a line, a token's serial. */
  within(place: string): InputError {
    return new InputError(`${place}, ${this.field}`, this.problem);
  }
}
