/** A statement, its values in the order of their places. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Whether it is made once: others are prepared on each connection. */
  readonly once?: boolean;
  /** Milliseconds after which the connection is given up, for one that takes longer than others. */
  readonly patience?: number;
}

export type Rows = readonly Readonly<Record<string, unknown>>[];
