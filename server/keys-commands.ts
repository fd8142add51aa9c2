import type { Command } from "commander";
import { Progress } from "../firmware/seedfile/progress.js";
import { DB, JSON_OUTPUT, operator, print, type StoreOptions } from "./command-output.js";
import { masterKeysFrom } from "./keys/master-keys.js";
import { rotateKeys } from "./keys/rotate.js";
import { openVault, withStore } from "./open.js";
import { FIRST_DATA_KEY, LEGACY_DATA_KEY } from "./store/data-keys.js";

/** `warifu keys`. */
export function addKeysCommands(program: Command): void {
  const keys = program.command("keys").description("keys that seal the seeds in the database");
  keys
    .command("list")
    .description("list the data keys, and which key wraps each: numbers and ids, no secrets")
    .option(...DB)
    .option(...JSON_OUTPUT)
    .action(listKeys);
  keys
    .command("rotate")
    .description("wrap the data keys by the current key instead of the one before")
    .option("--seeds", "seal all seeds anew too, by a new data key")
    .option(...DB)
    .option(...JSON_OUTPUT)
    .action(rotate);
}

async function listKeys(options: StoreOptions): Promise<void> {
  await withStore(options.db, async (store) => {
    const keys = (await store.listDataKeys()).map(({ number, kek, createdAt, resealing }) => {
      return { number, kek, createdAt: new Date(createdAt).toISOString(), resealing };
    });
    const note = (number: number, resealing: boolean): string => {
      if (resealing) return ", seeds are being sealed by it";
      if (number === FIRST_DATA_KEY) return ", seals no seeds";
      return number === LEGACY_DATA_KEY ? ", a master key from before data keys" : "";
    };
    const lines = keys.map(
      ({ number, kek, createdAt, resealing }) =>
        `${String(number)} ${createdAt} wrapped by ${kek}${note(number, resealing)}`,
    );
    print(options, { keys }, lines.length === 0 ? "none" : lines.join("\n"));
  });
}

async function rotate(options: StoreOptions & { seeds?: boolean }): Promise<void> {
  const masters = masterKeysFrom(process.env);
  const { seeds = false } = options;
  await withStore(options.db, async (store) => {
    const vault = await openVault(store, masters);
    const caller = operator();
    const standings = Object.values(await store.countTokens(caller.at / 1000));
    const progress = new Progress(
      "rotate",
      standings.reduce((sum, count) => sum + count, 0),
    );
    const onTokens = (count: number): void => {
      progress.add(count);
    };
    const rotation = await rotateKeys(store, vault, caller, { seeds, onTokens }).finally(() => {
      progress.stop();
    });
    const { kek, rewrapped, resealed } = rotation;
    const sealed = resealed === undefined ? "" : `, seeds sealed anew: ${String(resealed)}`;
    const text = `data keys wrapped by ${kek}, anew: ${String(rewrapped)}${sealed}`;
    print(options, { ...rotation, resealed: resealed ?? null }, text);
  });
}
