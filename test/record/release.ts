// Makes a release's files: the package, its bill of materials (CycloneDX), and their SHA-256. The same
// checkout makes the same bytes anywhere.
// Run: npm run release:files -- DIRECTORY
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { billOfMaterials } from "../support/bill-of-materials.js";

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error("name the directory that the files go to");
mkdirSync(directory);
execFileSync("npm", ["pack", "--silent", "--pack-destination", directory], { stdio: "inherit" });
const bill = JSON.stringify(billOfMaterials(), undefined, 2);
writeFileSync(join(directory, "sbom.cdx.json"), `${bill}\n`);
const sums = readdirSync(directory).map((name) => {
  const digest = createHash("sha256").update(readFileSync(join(directory, name)));
  return `${digest.digest("hex")}  ${name}\n`;
});
writeFileSync(join(directory, "SHA256SUMS"), sums.join(""));
