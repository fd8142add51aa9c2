/** Which folder may import which: the arrows of the house. */
const device = "^firmware/(otp|app|board)/|^firmware/main\\.ts$";
const forbid = (name, from, to, comment) => ({
  name,
  comment,
  severity: "error",
  from: typeof from === "string" ? { path: from } : from,
  to: typeof to === "string" ? { path: to } : to,
});

module.exports = {
  forbidden: [
    forbid(
      "device-alone",
      device,
      { pathNot: `${device}|^(#board|Storage|crypto)$` },
      "the device program must run on the board: it imports nothing outside itself",
    ),
    forbid(
      "otp-lowest",
      "^firmware/otp/",
      "^firmware/(app|board|main)",
      "otp is below app and board",
    ),
    forbid("app-portable", "^firmware/app/", "^firmware/(board|main)", "the app knows no board"),
    forbid(
      "seedfile-low",
      "^firmware/seedfile/",
      { path: "^(firmware|simulator|server|demo|cli)", pathNot: "^firmware/(seedfile|otp)/" },
      "seed files know only the record's layout",
    ),
    forbid(
      "factory-arrows",
      "^firmware/factory/",
      {
        path: "^(firmware|simulator|server|demo|cli)",
        pathNot: "^firmware/(factory|seedfile)/|^firmware/otp/record|^firmware/images|^simulator/",
      },
      "the factory uses seed files, the record and the simulator",
    ),
    forbid(
      "simulator-arrows",
      "^simulator/",
      { path: "^(firmware|server|demo|cli)", pathNot: "^firmware/seedfile/|^firmware/otp/record" },
      "the simulator runs the image as bytes; it imports only what makes its input",
    ),
    forbid(
      "server-arrows",
      "^server/",
      { path: "^(firmware|simulator|demo|cli)", pathNot: "^firmware/(otp|seedfile)/" },
      "the server knows the token's mathematics and its seed files",
    ),
    forbid(
      "core-pure",
      "^server/core/",
      { pathNot: "^server/core/|^firmware/otp/" },
      "the rules import no I/O, no clock, no environment",
    ),
    forbid("nobody-imports-cli", { pathNot: "^cli" }, "^cli\\.ts$", "cli is the top"),
    forbid("only-cli-imports-demo", { pathNot: "^(cli\\.ts|demo)" }, "^demo", "demo is the top"),
    forbid("no-cycles", {}, { circular: true }, "nothing imports itself by a detour"),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|coverage|test)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { conditionNames: ["import", "node", "default", "types"] },
  },
};
