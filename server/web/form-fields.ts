/** The fields of a form, or of an address's query; one that is sent several times has all its values. */
export type Fields = Readonly<Record<string, string | string[] | undefined>>;

/**
 * A field's text without the spaces around it; empty where it was not sent, or several times. What not
 * every store can hold is replaced in it: half characters, and U+0000.
 */
export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value.trim().replace(/[\p{Cs}\0]/gu, "\ufffd") : "";
}

/** What was typed as a login ID: no longer than one can be, whole characters of it. */
export function loginIdOf(fields: Fields): string {
  return [...textOf(fields, "id")].slice(0, 64).join("");
}

/** A password is taken as it was typed. */
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
