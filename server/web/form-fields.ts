/** The fields of a form, or of an address's query; one that is sent several times has all its values. */
export type Fields = Readonly<Record<string, string | string[] | undefined>>;

/**
 * A field's text without the spaces around it; empty where it was not sent, or several times. Half
 * characters and U+0000, which not every store can hold, are replaced.
 */
export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value.trim().replace(/[\p{Cs}\0]/gu, "\ufffd") : "";
}

/** What was typed as a login ID, cut to the greatest length that one can have, between characters. */
export function loginIdOf(fields: Fields): string {
  return [...textOf(fields, "id")].slice(0, 64).join("");
}

/** A password as it was typed, blanks and all; empty where it was not sent, or several times. */
export function secretText(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}

/** All the values of a field. */
export function listOf(fields: Fields, name: string): string[] {
  const value = fields[name];
  const values = Array.isArray(value) ? value : [value];
  return values.filter((each) => typeof each === "string");
}
