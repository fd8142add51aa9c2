import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";

/** A certificate with its key, as files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const openssl = (directory: string, ...args: string[]): void => {
  execFileSync("openssl", args, { cwd: directory, stdio: "ignore" });
};

/** Makes a certificate for this machine, signed by another one or by itself. */
export function makeCertificate(directory: string, name: string, issuer?: string): Certificate {
  const subject = ["-subj", `/CN=${name}`, "-days", "30"];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const alt = ["-addext", "subjectAltName=IP:127.0.0.1"];
  const signer = issuer === undefined ? [] : ["-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`];
  const leaf = issuer === undefined ? [] : ["-addext", "basicConstraints=critical,CA:FALSE"];
  const out = ["-keyout", `${name}.key`, "-out", `${name}.pem`];
  openssl(directory, "req", "-x509", ...key, ...subject, ...alt, ...leaf, ...signer, ...out);
  chmodSync(join(directory, `${name}.key`), 0o600);
  return { cert: join(directory, `${name}.pem`), key: join(directory, `${name}.key`) };
}
