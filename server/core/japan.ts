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

const two = (value: number): string => String(value).padStart(2, "0");

/** YYYY年MM月DD日 HH時MM分 in Japan; in English YYYY-MM-DD HH:MM. */
export function timeText(unixSeconds: number, language: "ja" | "en"): string {
  const at = inJapan(unixSeconds);
  const [year, month, day] = [
    String(at.getUTCFullYear()),
    two(at.getUTCMonth() + 1),
    two(at.getUTCDate()),
  ];
  const [hour, minute] = [two(at.getUTCHours()), two(at.getUTCMinutes())];
  return language === "ja"
    ? `${year}年${month}月${day}日 ${hour}時${minute}分`
    : `${year}-${month}-${day} ${hour}:${minute}`;
}
