import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** What strace is told to write down, with all of its bytes. */
export const STRACE = [
  ...["strace", "-D", "-f", "-yy", "-xx", "-s", "1000000", "-e"],
  "trace=openat,read,write,writev,pwrite64,pwritev,ftruncate,fallocate,fsync,fdatasync,rename,unlink",
];

/** A call of the traced program: what it asked for at `start` is done at `end`. Both count lines. */
export type Call = { readonly start: number; readonly end: number } & (
  | { readonly kind: "create" | "unlink" | "sync"; readonly path: string }
  | {
      readonly kind: "write";
      readonly path: string;
      readonly offset: number;
      readonly data: Buffer;
    }
  | { readonly kind: "truncate"; readonly path: string; readonly length: number }
  /** Bytes from, or to, a connection or the standard output. */
  | { readonly kind: "heard" | "said"; readonly to: string; readonly text: string }
);

/**
 * The calls of a trace that are about the files of a directory, or the network.
 * @throws Error at a call upon these files that is none of the kinds above
 */
export async function* callsOf(file: string, directory: string): AsyncGenerator<Call> {
  const hexed = inHex(Buffer.from(directory));
  const unfinished = new Map<string, { readonly text: string; readonly start: number }>();
  let number = 0;
  for await (const line of createInterface(createReadStream(file, "latin1"))) {
    number += 1;
    const [, thread = "", said = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (said.endsWith(" <unfinished ...>")) {
      unfinished.set(thread, { text: said.slice(0, -" <unfinished ...>".length), start: number });
      continue;
    }
    const [resumed] = /^<\.\.\. \w+ resumed>/.exec(said) ?? [];
    const begun = resumed === undefined ? undefined : unfinished.get(thread);
    const text = (begun?.text ?? "") + said.slice(resumed?.length ?? 0);
    if (!text.includes(hexed) && !text.includes("<TCP:[") && !text.startsWith("write(1<")) continue;
    const call = callOf(text);
    if (call) yield { ...call, start: begun?.start ?? number, end: number } as Call;
  }
}

function callOf(text: string): object | undefined {
  const [, name, args, result] = /^(\w+)\((.*)\) += (-?\d+)/.exec(text) ?? [];
  if (name === undefined || Number(result) < 0) return undefined;
  const path = fromHex(/<([^>]*)>/.exec(args!)?.[1] ?? "").toString();
  if (name === "openat") return args!.includes("O_CREAT") ? created(args!) : undefined;
  if (name === "unlink") return { kind: "unlink", path: fromHex(args!).toString() };
  if (name === "fsync" || name === "fdatasync") return { kind: "sync", path };
  if (name === "ftruncate") {
    return { kind: "truncate", path, length: Number(/, (\d+)$/.exec(args!)![1]) };
  }
  if (name === "pwrite64") {
    const [, hex, offset] = /"([^"]*)", \d+, (\d+)$/.exec(args!)!;
    const data = fromHex(hex!).subarray(0, Number(result));
    return { kind: "write", path, offset: Number(offset), data };
  }
  const [, socket] = /<(TCP:\[[^\]]*\])>/.exec(args!) ?? [];
  const bytes = fromHex([...args!.matchAll(/"([^"]*)"/g)].map(([, hex]) => hex).join(""));
  const [to, text_] = [socket ?? "stdout", bytes.subarray(0, Number(result)).toString("latin1")];
  if (name === "read") return socket === undefined ? undefined : { kind: "heard", to, text: text_ };
  if (socket !== undefined || args!.startsWith("1<")) return { kind: "said", to, text: text_ };
  throw new Error(`the trace holds a call that is not understood: ${name}`);
}

function created(args: string): object {
  if (args.includes("O_TRUNC")) throw new Error("the trace holds an open that truncates");
  return { kind: "create", path: fromHex(/"([^"]*)"/.exec(args)![1]!).toString() };
}

function inHex(bytes: Buffer): string {
  return bytes.toString("hex").replace(/../g, "\\x$&");
}

function fromHex(text: string): Buffer {
  return Buffer.from(text.replace(/[^0-9a-f]/g, ""), "hex");
}
