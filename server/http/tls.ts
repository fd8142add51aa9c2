import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import type { Server as TlsServer } from "node:https";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { FastifyInstance } from "fastify";
import { InputError } from "../../firmware/seedfile/input-error.js";

/** Milliseconds between two looks at the files. */
const LOOK = 10_000;

/** The files that TLS is spoken with. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Who has signed the certificates that callers must present; anybody may call without. */
  readonly clientCa: string | undefined;
  /** Milliseconds between two looks at them. */
  readonly look?: number;
}

/** What the files held when they were read. */
export interface Tls {
  readonly files: TlsFiles;
  readonly options: SecureContextOptions & {
    readonly requestCert: boolean;
    readonly rejectUnauthorized: boolean;
  };
  /** Until when the certificate is valid. */
  readonly validTo: string;
}

/** @throws InputError naming the option whose file cannot be used */
export function readTls(files: TlsFiles): Tls {
  const cert = textOf("--tls-cert", files.cert);
  const key = textOf("--tls-key", files.key);
  // Whoever reads it can be this server.
  if (statSync(files.key).mode & 0o007) {
    throw new InputError("--tls-key", `${files.key} can be read by everybody: chmod o= it`);
  }
  const certificate = parsed("--tls-cert", files.cert, "certificate", () => {
    return new X509Certificate(cert);
  });
  const privateKey = parsed("--tls-key", files.key, "private key without a passphrase", () => {
    return createPrivateKey(key);
  });
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new InputError("--tls-key", `${files.key} is not the key of ${files.cert}`);
  }
  const ca = files.clientCa === undefined ? undefined : authority(files.clientCa);
  const options = {
    cert,
    key,
    ...(ca !== undefined && { ca }),
    minVersion: "TLSv1.2" as const,
    requestCert: ca !== undefined,
    rejectUnauthorized: ca !== undefined,
  };
  parsed("--tls-cert", files.cert, "certificate that can be used", () => {
    return createSecureContext(options);
  });
  return { files, options, validTo: certificate.validTo };
}

/** What the options of a command name; undefined where none does. @throws InputError */
export function tlsOf(options: {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsClientCa?: string;
}): Tls | undefined {
  const { tlsCert: cert, tlsKey: key, tlsClientCa: clientCa } = options;
  if (cert !== undefined && key !== undefined) return readTls({ cert, key, clientCa });
  if (cert !== undefined) throw new InputError("--tls-key", "is needed with --tls-cert");
  if (key !== undefined) throw new InputError("--tls-cert", "is needed with --tls-key");
  if (clientCa !== undefined) throw new InputError("--tls-cert", "is needed with --tls-client-ca");
  return undefined;
}

/**
 * Takes up renewed files: they are looked at again and again, since a signal reaches one process of
 * several, and a watched name may be a link that is set elsewhere. Files that cannot be used, or that do
 * not fit each other yet, are said once in the log, and what was read before stands.
 */
export function renewTls(app: FastifyInstance, tls: Tls): void {
  let { options } = tls;
  let said = "";
  app.log.info({ validTo: tls.validTo }, "speaking TLS");
  const look = (): void => {
    try {
      const { options: now, validTo } = readTls(tls.files);
      if (now.cert !== options.cert || now.key !== options.key || now.ca !== options.ca) {
        (app.server as unknown as TlsServer).setSecureContext(now);
        options = now;
        app.log.info({ validTo }, "the TLS certificate was renewed");
      }
      said = "";
    } catch (error) {
      const { message } = error as Error;
      if (message !== said) app.log.error({ problem: message }, "the TLS files cannot be used");
      said = message;
    }
  };
  const timer = setInterval(look, tls.files.look ?? LOOK);
  app.addHook("onClose", () => {
    clearInterval(timer);
  });
}

function authority(file: string): string {
  const ca = textOf("--tls-client-ca", file);
  parsed("--tls-client-ca", file, "certificate", () => new X509Certificate(ca));
  return ca;
}

function textOf(option: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new InputError(option, `${file} cannot be read`);
  }
}

/** A parser's message may quote what it was given, so it is not passed on. */
function parsed<T>(option: string, file: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw new InputError(option, `${file} holds no ${what}, in PEM`);
  }
}
