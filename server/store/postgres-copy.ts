import pg from "pg";

/** How a column's values are written in binary, by the name of its type. */
export type CopyType = "text" | "bytea" | "uuid" | "int2" | "int8";
export type CopyRow = readonly (string | number | Uint8Array | undefined)[];

/** A table with its columns, and their types in that order. */
export interface CopyTarget {
  readonly table: string;
  readonly types: readonly CopyType[];
}

/** The part of the driver's connection that COPY needs, which its types leave out. */
interface CopyConnection {
  readonly sendCopyFromChunk: (data: Buffer) => void;
  readonly endCopyFrom: () => void;
}

/**
 * Rows that go to the server in one message behind their statement, the quickest way into a table:
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 * The connection must have nothing else under way.
 */
export class CopyQuery extends pg.Query {
  readonly #rows: Buffer;

  constructor(
    { table, types }: CopyTarget,
    rows: readonly CopyRow[],
    done: (error: Error | undefined) => void,
  ) {
    super(`COPY ${table} FROM STDIN (FORMAT binary)`, done);
    this.#rows = encodeRows(types, rows);
  }

  /** The driver calls it when the server waits for the rows. */
  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.#rows);
    connection.endCopyFrom();
  }
}

// https://www.postgresql.org/docs/current/sql-copy.html, Binary Format
const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0", "latin1");
/** Flags, and the length of the header's extension: none of either. */
const HEADER = Buffer.concat([SIGNATURE, Buffer.alloc(8)]);
const TRAILER = -1; // in the place of a row's number of columns
const NULL = -1; // in the place of a value's length
const [SHORT, LONG, VALUE] = [2, 4, 16];

function encodeRows(types: readonly CopyType[], rows: readonly CopyRow[]): Buffer {
  const most = rows.reduce((sum, row) => sum + SHORT + mostBytes(row), HEADER.length + SHORT);
  const bytes = Buffer.allocUnsafe(most);
  let at = HEADER.copy(bytes);
  for (const row of rows) {
    at = bytes.writeInt16BE(types.length, at);
    for (const [column, type] of types.entries()) {
      const value = row[column];
      if (value === undefined) {
        at = bytes.writeInt32BE(NULL, at);
        continue;
      }
      const end = writeValue(bytes, at + LONG, type, value);
      bytes.writeInt32BE(end - at - LONG, at);
      at = end;
    }
  }
  return bytes.subarray(0, bytes.writeInt16BE(TRAILER, at));
}

/** UTF-8 takes three bytes at the most for each unit of a string's length. */
function mostBytes(row: CopyRow): number {
  let sum = 0;
  for (const value of row) {
    sum += LONG + (typeof value === "object" ? value.length : VALUE);
    if (typeof value === "string") sum += 3 * value.length;
  }
  return sum;
}

/** @returns where it ends */
function writeValue(
  bytes: Buffer,
  at: number,
  type: CopyType,
  value: string | number | Uint8Array,
): number {
  switch (type) {
    case "text":
      // PostgreSQL's text cannot hold NUL.
      return at + bytes.write((value as string).replaceAll("\0", "\ufffd"), at);
    case "uuid":
      return at + bytes.write((value as string).replaceAll("-", ""), at, "hex");
    case "int2":
      return bytes.writeInt16BE(value as number, at);
    case "int8":
      bytes.writeInt32BE(Math.floor((value as number) / 2 ** 32), at);
      return bytes.writeInt32BE((value as number) | 0, at + LONG);
    case "bytea":
      bytes.set(value as Uint8Array, at);
      return at + (value as Uint8Array).length;
  }
}
