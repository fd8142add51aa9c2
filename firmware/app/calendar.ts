/** Two digits of a number below 100. */
function two(value: number): string {
  return (100 + value).toString().slice(1);
}

/**
 * The Gregorian date of a Unix time as YYYY-MM-DD. The board's own Date is not used: its output
 * follows the time zone somebody may have set.
 * Days are counted from 0000-03-01, so that the leap day is the last day of a year.
 */
export function civilDate(unixSeconds: number): string {
  const days = Math.floor(unixSeconds / 86400) + 719468;
  const era = Math.floor(days / 146097);
  const dayOfEra = days - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36524) -
      Math.floor(dayOfEra / 146096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return year.toString() + "-" + two(month) + "-" + two(day);
}

/** The time of day of a Unix time as HH:MM, with `:SS` where asked. */
export function civilTime(unixSeconds: number, withSeconds: boolean): string {
  const second = Math.floor(unixSeconds) % 86400;
  const text = two(Math.floor(second / 3600)) + ":" + two(Math.floor(second / 60) % 60);
  return withSeconds ? text + ":" + two(second % 60) : text;
}
