// Runs a script on twelve boards that never answer, until it is interrupted.
import { espruinoTools } from "../../firmware/factory/espruino-tools.js";

const { run } = espruinoTools(process.argv[2]!);
process.on("warning", ({ message }) => {
  throw new Error(message);
});
await Promise.all(Array.from({ length: 12 }, () => run('print("never answered");load();\n')));
