import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A part of a bill of materials: CycloneDX 1.5, component. */
interface Component {
  /** The package's own name and its version. */
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

interface Bill {
  readonly bomFormat: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
}

interface Manifest {
  readonly name: string;
  devDependencies?: object;
}

/**
 * What a package installs beside itself, out of the lock file: nothing in it differs by place or time.
 * npm's own `--omit dev` leaves out what is needed for both, so it gets a lock file without the tools.
 */
export function billOfMaterials(): Bill {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
    packages: Record<string, Manifest>;
  };
  for (const each of [manifest, lock.packages[""]!]) delete each.devDependencies;
  const cwd = mkdtempSync(join(tmpdir(), "warifu-bill-"));
  try {
    writeFileSync(join(cwd, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(cwd, "package-lock.json"), JSON.stringify(lock));
    const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
    const text = execFileSync("npm", args, { cwd, encoding: "utf8", maxBuffer: 1 << 26 });
    return settled(JSON.parse(text) as Bill, manifest.name);
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

/** Without the optional fields that differ each time (https://cyclonedx.org/docs/1.5/json/), under the package's own name. */
function settled(bill: Bill, name: string): Bill {
  const { component } = bill.metadata;
  const metadata = { ...bill.metadata, component: { ...component, name }, timestamp: undefined };
  return { ...bill, metadata, serialNumber: undefined } as Bill;
}
