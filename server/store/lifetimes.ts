/** Failed logins are forgotten after a day, in milliseconds. */
export const ATTEMPTS_LIFE = 86_400_000;
/** How often the time until a mail is tried again is doubled, at most: once after each try. */
export const MOST_DOUBLINGS = 10;
