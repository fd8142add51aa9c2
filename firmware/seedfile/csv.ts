import { pipeline, Readable } from "node:stream";
import { base32nopad } from "@scure/base";
import { CsvError, parse } from "csv-parse";
import { PERIOD } from "../otp/totp.js";
import { InputError } from "./input-error.js";
import { type Algorithm, checkSecret, type Seed, SERIAL_PATTERN } from "./seed.js";

/** Characters of one line: far more than a token needs. */
const MAX_LINE = 4096;

/** What a line says of a token, in the words of its kind. */
interface Line {
  readonly serial: string;
  readonly secret: Uint8Array;
  readonly type: string;
  readonly digits: string;
  readonly interval: string;
  readonly algorithm: string;
}

/** The kinds of CSV in which token makers deliver seeds, told apart by their first line. */
interface Kind {
  readonly header: boolean;
  readonly read: (cells: readonly string[]) => Line;
}

/** serial, seed in hex, TOTP, digits, interval, hash: the OATH kind, with or without its last columns. */
const OATH: Kind = {
  header: false,
  read: ([serial = "", seed = "", type = "", digits = "", interval = "", algorithm = ""]) => ({
    serial,
    secret: hex(seed, "seed"),
    type,
    digits: digits || "6",
    interval: interval || "60",
    algorithm: algorithm || "sha1",
  }),
};

/** upn, serial number, secret key in Base32, time interval, manufacturer, model: Microsoft Entra's. */
const ENTRA: Kind = {
  header: true,
  read: ([, serial = "", secret = "", interval = ""]) => ({
    serial,
    secret: base32(secret),
    type: "TOTP",
    digits: "6",
    interval,
    algorithm: "sha1",
  }),
};

/** serial; manufacturer; algorithm; seed in hex; digits; interval: multiOTP's. */
const MULTIOTP: Kind = {
  header: false,
  read: ([serial = "", , type = "", seed = "", digits = "", interval = ""]) => ({
    serial,
    secret: hex(seed, "seed"),
    type,
    digits,
    interval,
    algorithm: "sha1",
  }),
};

/**
 * Reads the seeds of a CSV file line by line, in bounded memory.
 * @throws InputError naming the line and the column, or what reading the chunks throws
 */
export async function* readCsv(
  chunks: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<Seed> {
  const options = { bom: true, delimiter: [",", ";"], relax_column_count: true, trim: true };
  const rows = parse({ ...options, max_record_size: MAX_LINE });
  // An error in the chunks destroys the rows, too: the loop below throws it.
  pipeline(Readable.from(chunks), rows, () => undefined);
  let kind: Kind | undefined;
  let line = 0;
  let found = false;
  try {
    for await (const cells of rows as AsyncIterable<string[]>) {
      line++;
      // Empty lines are counted too: an editor shows the line that an error names.
      if (cells.length === 1 && cells[0] === "") continue;
      if (!kind) {
        kind = kindOf(cells);
        if (kind.header) continue;
      }
      found = true;
      yield seedOfLine(kind, cells, line);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The parser is ahead of the lines that were taken from it.
    const { lines = line + 1 } = error as CsvError & { lines?: number };
    throw new InputError(`line ${String(lines)}`, "is no CSV");
  }
  if (!found) throw new InputError("seed file", kind ? "holds no token" : "is empty");
}

function seedOfLine(kind: Kind, cells: readonly string[], line: number): Seed {
  try {
    return seedOf(kind.read(cells));
  } catch (error) {
    throw error instanceof InputError ? error.within(`line ${String(line)}`) : error;
  }
}

function kindOf(cells: readonly string[]): Kind {
  const names = cells.map((cell) => cell.toLowerCase());
  if (names[0] === "upn" && names[2] === "secret key") return ENTRA;
  // OATH, too, has the type third; but its fourth column is the number of digits, here it is the seed.
  if (/^[th]otp$/.test(names[2] ?? "") && (cells[3] ?? "").length > 2) return MULTIOTP;
  if (isHex(cells[1] ?? "")) return OATH;
  throw new InputError(
    "seed file",
    "is neither PSKC nor CSV of a known kind (OATH, Microsoft Entra, multiOTP)",
  );
}

function seedOf({ serial, secret, type, digits, interval, algorithm }: Line): Seed {
  const hash = algorithm.toUpperCase().replace("-", "");
  if (!SERIAL_PATTERN.test(serial)) throw new InputError("serial", "must be 8 to 12 digits");
  if (type.toUpperCase() !== "TOTP") throw new InputError("type", "must be TOTP");
  if (digits !== "6") throw new InputError("digits", "must be 6");
  if (interval !== String(PERIOD)) throw new InputError("interval", "must be 60");
  if (!isAlgorithm(hash)) throw new InputError("hash", "must be sha1, sha256 or sha512");
  checkSecret(secret, "seed");
  return { serial, secret, algorithm: hash, start: undefined, expiry: undefined, timeDrift: 0 };
}

function isAlgorithm(name: string): name is Algorithm {
  return ["SHA1", "SHA256", "SHA512"].includes(name);
}

function isHex(text: string): boolean {
  return /^(?:[0-9a-fA-F]{2})+$/.test(text);
}

function hex(text: string, field: string): Uint8Array {
  if (!isHex(text)) throw new InputError(field, "must be hex");
  return Buffer.from(text, "hex");
}

function base32(text: string): Uint8Array {
  try {
    return Buffer.from(base32nopad.decode(text.toUpperCase().replace(/=+$/, "")));
  } catch {
    throw new InputError("secret key", "must be Base32");
  }
}

/** Writes seeds as Microsoft Entra's CSV, line by line. The secrets stand in it in plain. */
export function* writeEntraCsv(seeds: Iterable<Seed>): Generator<string> {
  yield "upn,serial number,secret key,time interval,manufacturer,model\r\n";
  for (const { serial, secret, algorithm } of seeds) {
    if (algorithm !== "SHA1")
      throw new InputError(`serial ${serial}`, "Entra's CSV is for SHA-1 only");
    yield `,${serial},${base32nopad.encode(secret)},${String(PERIOD)},warifu,token\r\n`;
  }
}
