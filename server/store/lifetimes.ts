/** Failed logins are forgotten after a day, in milliseconds. */
export const ATTEMPTS_LIFE = 86_400_000;
/** Each try of a mail doubles the time until the next, this many times at most. */
export const LONGEST_WAIT = 10;
