import { createCipheriv, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import type { FileKey } from "./key-file.js";
import { PKCS5, PSKC, TOTP, XMLDSIG, XMLENC, XMLENC11 } from "./pskc-names.js";
import type { Seed } from "./seed.js";

/** Iterations of PBKDF2 with HMAC-SHA-1, the PRF every PSKC reader knows (OWASP password storage). */
const ITERATIONS = 1_300_000;

/**
 * Writes seeds as an encrypted PSKC file, piece by piece: AES-CBC under the key or passphrase, each
 * value with an HMAC-SHA-1 over its ciphertext under a key of the file's own (RFC 6030 section 6).
 */
export function* writePskc(seeds: Iterable<Seed>, fileKey: FileKey): Generator<string> {
  const { key, keyElement } = encryptionKey(fileKey);
  const macKey = randomBytes(20);
  yield `<?xml version="1.0" encoding="UTF-8"?>
<KeyContainer Version="1.0" xmlns="${PSKC}" xmlns:ds="${XMLDSIG}" xmlns:xenc="${XMLENC}">
  <EncryptionKey>
    ${keyElement}
  </EncryptionKey>
  <MACMethod Algorithm="${XMLDSIG}hmac-sha1">
    <MACKey>${encrypted(macKey, key).xml}</MACKey>
  </MACMethod>
`;
  for (const seed of seeds) yield keyPackage(seed, key, macKey);
  yield "</KeyContainer>\n";
}

function encryptionKey(fileKey: FileKey): { key: Uint8Array; keyElement: string } {
  if (fileKey.kind === "preshared") {
    return { key: fileKey.key, keyElement: "<ds:KeyName>pre-shared-key</ds:KeyName>" };
  }
  const salt = randomBytes(16);
  const keyElement = `<xenc11:DerivedKey xmlns:xenc11="${XMLENC11}" xmlns:pkcs5="${PKCS5}">
      <xenc11:KeyDerivationMethod Algorithm="${PKCS5}pbkdf2">
        <pkcs5:PBKDF2-params xmlns="">
          <Salt><Specified>${salt.toString("base64")}</Specified></Salt>
          <IterationCount>${String(ITERATIONS)}</IterationCount>
          <KeyLength>16</KeyLength>
          <PRF/>
        </pkcs5:PBKDF2-params>
      </xenc11:KeyDerivationMethod>
    </xenc11:DerivedKey>`;
  return { key: pbkdf2Sync(fileKey.passphrase, salt, ITERATIONS, 16, "sha1"), keyElement };
}

function keyPackage(seed: Seed, key: Uint8Array, macKey: Uint8Array): string {
  const secret = encrypted(seed.secret, key);
  const mac = createHmac("sha1", macKey).update(secret.value).digest("base64");
  const dates = [
    seed.start === undefined ? "" : `<StartDate>${isoTime(seed.start)}</StartDate>`,
    seed.expiry === undefined ? "" : `<ExpiryDate>${isoTime(seed.expiry)}</ExpiryDate>`,
  ].join("");
  return `  <KeyPackage>
    <DeviceInfo>
      <Manufacturer>warifu</Manufacturer>
      <SerialNo>${seed.serial}</SerialNo>
    </DeviceInfo>
    <Key Id="${seed.serial}" Algorithm="${TOTP}">
      <AlgorithmParameters>
        <Suite>HMAC-${seed.algorithm}</Suite>
        <ResponseFormat Length="6" Encoding="DECIMAL"/>
      </AlgorithmParameters>
      <Data>
        <Secret>
          <EncryptedValue>${secret.xml}</EncryptedValue>
          <ValueMAC>${mac}</ValueMAC>
        </Secret>
        <Time><PlainValue>0</PlainValue></Time>
        <TimeInterval><PlainValue>60</PlainValue></TimeInterval>
        <TimeDrift><PlainValue>${String(seed.timeDrift)}</PlainValue></TimeDrift>
      </Data>
      <Policy>${dates}<KeyUsage>OTP</KeyUsage></Policy>
    </Key>
  </KeyPackage>
`;
}

/** A value as XML Encryption has it: the IV, then the AES-CBC ciphertext. */
function encrypted(plain: Uint8Array, key: Uint8Array): { value: Uint8Array; xml: string } {
  const bits = String(key.length * 8);
  const iv = randomBytes(16);
  const cipher = createCipheriv(`aes-${bits}-cbc`, key, iv);
  const value = Buffer.concat([iv, cipher.update(plain), cipher.final()]);
  const xml =
    `<xenc:EncryptionMethod Algorithm="${XMLENC}aes${bits}-cbc"/>` +
    `<xenc:CipherData><xenc:CipherValue>${value.toString("base64")}</xenc:CipherValue></xenc:CipherData>`;
  return { value, xml };
}

/** Unix seconds as xs:dateTime in UTC (RFC 6030 section 5 asks for UTC). */
function isoTime(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().replace(".000Z", "Z");
}
