import { InputError } from "./input-error.js";

/** No zone is further from UTC than 14 hours (XML Schema 1.0 part 2, section 3.2.7.3). */
const TIME =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:Z|([+-])(0\d|1[0-4]):([0-5]\d))$/;

/**
 * An ISO 8601 time with its zone, as whole Unix seconds.
 * @throws InputError naming the field
 */
export function parseTime(text: string, field: string): number {
  const [, year, month, day, hour, minute, second, sign, zoneHour, zoneMinute] =
    TIME.exec(text) ?? [];
  if (year === undefined) {
    throw new InputError(field, "must be a time with its zone, like 2026-04-01T09:00:00+09:00");
  }
  const local = utc(year, month!, day!, hour!, minute!, second!, field);
  const zone = (Number(zoneHour ?? 0) * 60 + Number(zoneMinute ?? 0)) * 60;
  return sign === "-" ? local + zone : local - zone;
}

/** A time of which the UTC fields are Japan's: nine hours ahead the whole year. */
export function inJapan(unixSeconds: number): Date {
  return new Date((unixSeconds + 9 * 3600) * 1000);
}

/** The hour at which our own tokens' expiry dates begin to count, Japan time. */
const EXPIRY_HOUR = "08";

/**
 * An expiry date: 08:00 Japan time of that day, as Unix seconds.
 * @throws InputError naming the field
 */
export function parseExpiryDate(text: string, field: string): number {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) throw new InputError(field, "must be YYYY-MM-DD");
  return parseTime(`${text}T${EXPIRY_HOUR}:00:00+09:00`, field);
}

/**
 * A time given on the command line: ISO 8601 with its zone, or whole Unix seconds.
 * @throws InputError naming the field
 */
export function parseInstant(text: string, field: string): number {
  return /^\d{1,12}$/.test(text) ? Number(text) : parseTime(text, field);
}

function utc(
  year: string,
  month: string,
  day: string,
  hour: string,
  minute: string,
  second: string,
  field: string,
): number {
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const time = Date.parse(iso);
  // Date.parse takes 30 February for 1 March: what does not print back is no date.
  if (Number.isNaN(time) || new Date(time).toISOString() !== iso) {
    throw new InputError(field, "is no date of the calendar");
  }
  return time / 1000;
}
