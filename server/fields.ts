/** Characters without a picture of their own, half ones, and those that turn the text around them. */
const UNPRINTED = "\\p{Cc}\\p{Cs}\\p{Bidi_Control}";
const PRINTED = `[^${UNPRINTED}\\s]`;

/** What fields hold, as regular expressions: the API, the pages and the commands ask for the same. */
export const PATTERNS = {
  /** A login ID, and what contracts, payees and staff are called by. */
  id: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
  serial: "^[0-9]{8,12}$",
  code: "^[0-9]{6}$",
  date: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
  /** Yen, from 0. */
  yen: "^(0|[1-9][0-9]{0,11})$",
  /** Nothing that a mail program may read otherwise: comments, lists, routes (RFC 5322 section 3.4). */
  mail: '^[^\\s\\p{Cc}@<>\\(\\)",;:]{1,64}@[A-Za-z0-9.-]{1,180}\\.[A-Za-z]{2,}$',
  loginPassword: "^[\\x21-\\x7e]{8,64}$",
  confirmationPassword: "^[0-9A-Za-z]{6,12}$",
  /** A name, or a form's number: what is printed, no line of its own, and read as it stands. */
  name: `^${PRINTED}(?:[^${UNPRINTED}]{0,62}${PRINTED})?$`,
  /** What may be asked for as a user: whoever it is, a store can hold it. */
  asked: `^[^${UNPRINTED}]{1,64}$`,
} as const;
export type FieldKind = keyof typeof PATTERNS;

/** Whether a text is what such a field holds. */
export function isField(kind: FieldKind, text: string): boolean {
  return new RegExp(PATTERNS[kind], "u").test(text);
}

/** Whether a text is a date of the calendar. */
export function isDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  // 30 February would be taken for 1 March: what does not print back is no date.
  return isField("date", text) && at >= 0 && new Date(at).toISOString().startsWith(text);
}
