import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  createWriteStream,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  type WriteStream,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { undoneAtExit } from "./cleanup.js";
import { InputError } from "./input-error.js";

/**
 * Makes a file that has its name only once it is whole and on the disk, and never takes another's place.
 * @param option names it in errors
 * @param fill is given a new file beside it, which only its owner can read
 * @throws InputError where it is there already or cannot be written, or what `fill` throws; nothing is
 *   left then
 */
export async function wholeFile<T>(
  path: string,
  option: string,
  fill: (partial: string) => Promise<T>,
): Promise<T> {
  if (existsSync(path)) throw new InputError(option, `${path} exists already`);
  return fillBeside(path, option, fill, giveName);
}

/**
 * Puts a text in the place of a file's, whole and on the disk, or not at all. Where the path is a link,
 * the file it leads to is replaced; the file's mode stays.
 * @param option names it in errors
 * @throws InputError where it cannot be written
 */
export async function replaceFile(path: string, option: string, text: string): Promise<void> {
  const target = realpathSync(path);
  const fill = (partial: string): Promise<void> => {
    writeFileSync(partial, text);
    chmodSync(partial, statSync(target).mode);
    return Promise.resolve();
  };
  await fillBeside(target, option, fill, renameSync);
}

/** Fills a partial file beside a path, which then takes its name; what goes wrong leaves nothing behind. */
async function fillBeside<T>(
  path: string,
  option: string,
  fill: (partial: string) => Promise<T>,
  name: (partial: string, path: string) => void,
): Promise<T> {
  const partial = `${path}.${randomBytes(6).toString("hex")}.partial`;
  const remove = (): void => {
    for (const rest of ["", "-journal", "-wal", "-shm"]) rmSync(partial + rest, { force: true });
  };
  const callOff = undoneAtExit(remove);
  try {
    closeSync(openSync(partial, "wx", 0o600));
    const made = await fill(partial);
    flush(partial);
    name(partial, path);
    rmSync(partial, { force: true });
    flush(dirname(resolve(path)));
    return made;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new InputError(option, `${path} exists already`);
    if (/^E[A-Z]+$/.test(code)) throw new InputError(option, `${path} cannot be written: ${code}`);
    throw error;
  } finally {
    callOff();
    remove();
  }
}

/**
 * A stream into a partial file, opened at once: by default it would be opened later, and make a file
 * again that has been removed meanwhile.
 */
export function streamInto(partial: string): WriteStream {
  return createWriteStream(partial, { fd: openSync(partial, "r+") });
}

/** In one step; whoever comes second finds the name taken. */
function giveName(partial: string, path: string): void {
  try {
    linkSync(partial, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    // A memory stick's file system has no hard links: there the name is taken first, by an empty file.
    closeSync(openSync(path, "wx", 0o600));
    renameSync(partial, path);
  }
}

function flush(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
