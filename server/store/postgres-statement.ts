/** A statement, its values in the order of their places. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Whether it is sent as it is; others are prepared on each connection. */
  readonly once?: boolean;
  /** Milliseconds after which the connection is given up, for a message that takes longer than others. */
  readonly patience?: number;
}

/** Milliseconds that a statement over a whole table, or a wait for one, may take. */
const PATIENCE = 3_600_000;
/** Goes first in a message whose statements may take that long. */
export const PATIENTLY: Statement = {
  text: `SET LOCAL statement_timeout = ${String(PATIENCE)}`,
  once: true,
  patience: PATIENCE,
};

export type Rows = readonly Readonly<Record<string, unknown>>[];
