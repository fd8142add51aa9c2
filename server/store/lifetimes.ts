/** Seconds a session lives without being used, and at all. */
export const SESSION_IDLE = 900;
export const SESSION_LIFE = 8 * 3600;
/** Seconds between two notes that a session is in use: not every page view is a write. */
export const SESSION_NOTE = 60;
/** Failed logins are forgotten after a day, in milliseconds. */
export const ATTEMPTS_LIFE = 86_400_000;
/** Each try of a mail doubles the time until the next, this many times at most. */
export const LONGEST_WAIT = 10;
