import { InputError } from "./input-error.js";
import type { FileKey } from "./key-file.js";
import { type Decrypt, openContainer } from "./pskc-decrypt.js";
import { PSKC } from "./pskc-names.js";
import { child, descend, type Element, elementsNamed } from "./xml.js";

/** One key as a PSKC file states it (RFC 6030 section 4), before we ask whether a token can use it. */
export interface PskcKey {
  readonly serial: string | undefined;
  /** Undefined where the file only refers to a key held elsewhere (RFC 6030 section 5.2). */
  readonly secret: Uint8Array | undefined;
  /** The key a file refers to in place of stating it. */
  readonly keyReference: string | undefined;
  /** A URI; RFC 6030 section 10. */
  readonly algorithm: string | undefined;
  readonly suite: string | undefined;
  readonly responseLength: string | undefined;
  readonly responseEncoding: string | undefined;
  readonly checkDigits: string | undefined;
  readonly time: string | undefined;
  readonly timeInterval: string | undefined;
  readonly timeDrift: string | undefined;
  readonly policy: Element | undefined;
  /** The device's own dates stand beside the key's policy (RFC 6030 section 4.3.1). */
  readonly deviceStart: string | undefined;
  readonly deviceExpiry: string | undefined;
  /** Whether the secret stood in the file encrypted. */
  readonly encrypted: boolean;
  /** The file's root with what stands beside its packages, a signature among them. */
  readonly container: Element;
}

/**
 * Reads the keys of a PSKC file one by one, in bounded memory.
 * @throws InputError naming the element that is wrong and, once it is known, the serial
 */
export async function* readPskc(
  chunks: AsyncIterable<string> | Iterable<string>,
  key: FileKey | undefined,
): AsyncGenerator<PskcKey> {
  let decrypt: Decrypt | undefined;
  let found = false;
  for await (const { root, element } of elementsNamed(chunks, PSKC, "KeyPackage")) {
    if (root.uri !== PSKC || root.name !== "KeyContainer") {
      throw new InputError("KeyContainer", "is not the root: this is no PSKC file");
    }
    if (!decrypt) {
      if (root.attributes.get("Version") !== "1.0") {
        throw new InputError("Version", "must be 1.0 (RFC 6030 section 4.1)");
      }
      decrypt = await openContainer(root, key);
    }
    found = true;
    yield readPackage(root, element, decrypt);
  }
  if (!found) throw new InputError("KeyPackage", "is missing: the seed file holds no key");
}

function readPackage(container: Element, keyPackage: Element, decrypt: Decrypt): PskcKey {
  const serial = descend(keyPackage, "DeviceInfo", "SerialNo")?.text;
  try {
    const key = child(keyPackage, "Key");
    const data = child(key, "Data");
    const secret = child(data, "Secret");
    const plain = child(secret, "PlainValue");
    const parameters = child(key, "AlgorithmParameters");
    const format = child(parameters, "ResponseFormat")?.attributes;
    return {
      serial,
      secret: secret && decrypt(secret),
      keyReference: child(key, "KeyReference")?.text,
      encrypted: secret !== undefined && !plain,
      container,
      algorithm: key?.attributes.get("Algorithm"),
      suite: child(parameters, "Suite")?.text,
      responseLength: format?.get("Length"),
      responseEncoding: format?.get("Encoding"),
      checkDigits: format?.get("CheckDigits"),
      time: plainValue(data, "Time"),
      timeInterval: plainValue(data, "TimeInterval"),
      timeDrift: plainValue(data, "TimeDrift"),
      policy: child(key, "Policy"),
      deviceStart: descend(keyPackage, "DeviceInfo", "StartDate")?.text,
      deviceExpiry: descend(keyPackage, "DeviceInfo", "ExpiryDate")?.text,
    };
  } catch (error) {
    throw error instanceof InputError && serial ? error.within(`serial ${serial}`) : error;
  }
}

function plainValue(data: Element | undefined, name: string): string | undefined {
  const element = child(data, name);
  if (!element) return undefined;
  const plain = child(element, "PlainValue");
  if (!plain) throw new InputError(name, "must have a plain value");
  return plain.text;
}
