/**
 * Input from outside that cannot be used: a file, an option, a field. The message is for people and
 * never holds a secret.
 */
export class InputError extends Error {
  override readonly name = "InputError";

  /** @param field what is wrong, as the user knows it: an element, an option, a file */
  constructor(
    readonly field: string,
    problem: string,
  ) {
    super(`${field}: ${problem}`);
  }
}
