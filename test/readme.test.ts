import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { CLI } from "./support/cli.js";
import { freePort } from "./support/free-port.js";
import { codeBlocks, transcripts, Typist } from "./support/transcript.js";

/** What a newcomer types first: it is what runs these tests, and what end-to-end.test.ts looks at. */
const BEFORE = ["npm ci && npm start", "npm ci && npm test"];

const README = readFileSync("README.md", "utf8");

it("the README's commands, typed one after the other, show what stands there", async () => {
  const directory = mkdtempSync(join(tmpdir(), "warifu-readme-"));
  const [server, console] = [await freePort(), await freePort()].map(String) as [string, string];
  const typist = new Typist(directory, `warifu() { '${process.execPath}' '${CLI}' "$@"; }`, {
    "warifu serve ": `warifu serve --port ${server} `,
    "127.0.0.1:8390": `127.0.0.1:${server}`,
    "127.0.0.1:2323": `127.0.0.1:${console}`,
  });
  onTestFinished(() => {
    typist.end();
    rmSync(directory, { recursive: true, force: true });
  });
  const entries = transcripts(README).filter(({ command }) => !BEFORE.includes(command));
  expect(entries.length).toBeGreaterThan(10);
  for (const entry of entries) await typist.type(entry);
});

it("the Japanese README shows the same commands, and leads to the same places", () => {
  const japanese = readFileSync("README.ja.md", "utf8");
  expect(codeBlocks(japanese)).toEqual(codeBlocks(README));
  const places = (text: string): string[] =>
    [...text.matchAll(/\]\((.*?)\)/g)]
      .map(([, place]) => place!)
      .filter((place) => !place.startsWith("README"));
  expect(places(japanese)).toEqual(places(README));
});
