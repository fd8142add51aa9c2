#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { addDemoCommand } from "./demo.js";
import { addFactoryCommands } from "./firmware/factory/commands.js";
import { InputError } from "./firmware/seedfile/input-error.js";
import { Refused } from "./server/command-output.js";
import { addServerCommands } from "./server/commands.js";
import { StoreUnavailable } from "./server/store/store.js";
import { VERSION } from "./server/version.js";
import { addSimulateCommand } from "./simulator/command.js";

const program = new Command("warifu")
  .description("a hardware one-time password token, its simulator and the server that verifies it")
  .version(VERSION)
  .exitOverride()
  .showHelpAfterError("(add --help for the options)");

addFactoryCommands(program);
addSimulateCommand(program);
addServerCommands(program);
addDemoCommand(program);

process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  // Whoever reads has had enough, as `head` has.
  if (code === "EPIPE") process.exit();
  process.stderr.write(`warifu: standard output: ${message}\n`);
  process.exit(2);
});
// With standard error gone there is nowhere to report to; that must not stop the flashing of a board.
process.stderr.on("error", () => undefined);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof InputError || error instanceof StoreUnavailable) {
    process.stderr.write(`warifu: ${error.message}\n`);
    process.exitCode = 2;
  } else if (error instanceof Refused) {
    process.stderr.write(`warifu: ${error.message}\n`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
