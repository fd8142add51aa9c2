/** Seconds of a day. */
export const DAY = 86_400;

const JAPAN = 9 * 3600; // seconds ahead of UTC, the whole year

/** A time of which the UTC fields are Japan's. */
export function inJapan(unixSeconds: number): Date {
  return new Date((unixSeconds + JAPAN) * 1000);
}

/** YYYY-MM-DD in Japan. */
export function japanDate(unixSeconds: number): string {
  return inJapan(unixSeconds).toISOString().slice(0, 10);
}

/** Seconds since midnight in Japan. */
export function secondOfDay(unixSeconds: number): number {
  return (((Math.floor(unixSeconds) + JAPAN) % DAY) + DAY) % DAY;
}
