import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { InputError } from "../../firmware/seedfile/input-error.js";
import { readPskc } from "../../firmware/seedfile/pskc-read.js";
import { readSeeds, SeedReader } from "../../firmware/seedfile/read.js";

const KEY = {
  kind: "preshared",
  key: Buffer.from("12345678901234567890123456789012", "hex"),
} as const;

const PLAIN = `<?xml version="1.0" encoding="UTF-8"?>
<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc">
  <KeyPackage>
    <DeviceInfo><Manufacturer>maker</Manufacturer><SerialNo>987654321</SerialNo></DeviceInfo>
    <Key Id="1" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:totp">
      <AlgorithmParameters><ResponseFormat Length="6" Encoding="DECIMAL"/></AlgorithmParameters>
      <Data>
        <Secret><PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue></Secret>
        <Time><PlainValue>0</PlainValue></Time>
        <TimeInterval><PlainValue>60</PlainValue></TimeInterval>
        <TimeDrift><PlainValue>-4</PlainValue></TimeDrift>
      </Data>
      <Policy>
        <StartDate>2026-05-01T00:00:00Z</StartDate>
        <ExpiryDate>2031-05-31T08:00:00+09:00</ExpiryDate>
        <KeyUsage>OTP</KeyUsage>
      </Policy>
    </Key>
  </KeyPackage>
</KeyContainer>`;

const read = (text: string) => readSeeds([text]);

describe("reading PSKC", () => {
  it("a plain file", async () => {
    expect(await read(PLAIN)).toEqual({
      encrypted: false,
      seeds: [
        {
          serial: "987654321",
          secret: Buffer.from("12345678901234567890"),
          algorithm: "SHA1",
          start: Date.UTC(2026, 4, 1) / 1000,
          expiry: Date.UTC(2031, 4, 30, 23) / 1000,
          timeDrift: -4,
        },
      ],
    });
  });

  it("a file in pieces of one character", async () => {
    expect(await readSeeds(PLAIN)).toEqual(await read(PLAIN));
  });

  const HOTP = "12345678901234567890";
  it.each([
    [2, ["1234"]],
    [3, [HOTP]],
    [5, [HOTP, "1234"]], // a key and its PIN
    [6, [HOTP]],
    [7, [HOTP]],
    [10, [HOTP, HOTP, HOTP, HOTP]],
  ])("RFC 6030's figure %i, to its stated keys", async (figure, stated) => {
    const path = `../vectors/rfc6030-figure${String(figure)}.xml`;
    const text = readFileSync(new URL(path, import.meta.url), "utf8");
    const passphrase = { kind: "passphrase", passphrase: "qwerty" } as const;
    const secrets = [];
    for await (const { secret } of readPskc([text], figure === 7 ? passphrase : KEY)) {
      secrets.push(Buffer.from(secret!).toString("latin1"));
    }
    expect(secrets).toEqual(stated);
  });

  it("RFC 6030's figure 4, to the key it refers to", async () => {
    const text = readFileSync(new URL("../vectors/rfc6030-figure4.xml", import.meta.url), "utf8");
    for await (const key of readPskc([text], undefined)) {
      expect(key).toMatchObject({ secret: undefined, keyReference: "MasterKeyLabel" });
    }
    await expect(read(text.replaceAll("pskc:hotp", "pskc:totp"))).rejects.toThrow(
      "serial 987654321",
    );
  });

  it("the stricter of the key's dates and the device's", async () => {
    const dated = (dates: string) => read(PLAIN.replace("</SerialNo>", `</SerialNo>${dates}`));
    const early = await dated("<ExpiryDate>2027-01-01T00:00:00Z</ExpiryDate>");
    expect(early.seeds[0]?.expiry).toBe(Date.UTC(2027, 0, 1) / 1000);
    const late = await dated(
      "<StartDate>2026-06-01T00:00:00Z</StartDate><ExpiryDate>2040-01-01T00:00:00Z</ExpiryDate>",
    );
    expect(late.seeds[0]).toMatchObject({
      start: Date.UTC(2026, 5, 1) / 1000,
      expiry: Date.UTC(2031, 4, 30, 23) / 1000,
    });
  });

  it("a file with any white space between its elements", async () => {
    const airy = PLAIN.replaceAll("  <", `${" ".repeat(80_000)}<`);
    expect(await read(airy)).toEqual(await read(PLAIN));
  });

  it("a signed file, and says so", async () => {
    const signature =
      '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/></KeyContainer>';
    const reader = new SeedReader([PLAIN.replace("</KeyContainer>", signature)], undefined);
    for await (const seed of reader) expect(seed.serial).toBe("987654321");
    expect(reader.signed).toBe(true);
  });

  const refused: [string, string, (text: string) => string][] = [
    ["neither PSKC nor CSV", "seed file: is neither PSKC nor CSV", () => "hello, world"],
    ["nothing", "seed file: is empty", () => ""],
    ["a truncated file", "seed file: is not well-formed XML", (t) => t.slice(0, 700)],
    [
      "a document type",
      "seed file: has a document type",
      (t) => t.replace("<KeyContainer", "<!DOCTYPE x><KeyContainer"),
    ],
    ["an entity", "seed file: is not well-formed XML", (t) => t.replace("maker", "&evil;")],
    ["another root", "KeyContainer: is not the root", (t) => t.replaceAll("KeyContainer", "Keys")],
    ["another namespace", "KeyPackage: is missing", (t) => t.replaceAll('keyprov:pskc"', 'other"')],
    ["another version", "Version: must be 1.0", (t) => t.replace('Version="1.0"', 'Version="2.0"')],
    ["no key", "KeyPackage: is missing", (t) => t.replace(/<KeyPackage>[^]*<\/KeyPackage>/, "")],
    [
      "no serial",
      "SerialNo: must be 8 to 12 digits",
      (t) => t.replace(/<SerialNo>.*<\/SerialNo>/, ""),
    ],
    [
      "a serial of letters",
      "SerialNo: must be 8 to 12 digits",
      (t) => t.replace("987654321", "AB654321"),
    ],
    [
      "no secret",
      "serial 987654321, Secret: is missing",
      (t) => t.replace(/<Secret>.*<\/Secret>/, ""),
    ],
    [
      "a secret that is no Base64",
      "serial 987654321, PlainValue: must be Base64",
      (t) => t.replace("MTIz", "M*Iz"),
    ],
    [
      "a short secret",
      "serial 987654321, Secret: must be 16 to 64 bytes",
      (t) => t.replace(/MTIz.*=/, "MTIz"),
    ],
    ["HOTP", "serial 987654321, Algorithm: must be", (t) => t.replace("pskc:totp", "pskc:hotp")],
    [
      "an unknown suite",
      "serial 987654321, Suite: must be",
      (t) => t.replace("<ResponseFormat", "<Suite>MD5</Suite><ResponseFormat"),
    ],
    [
      "eight digits",
      "serial 987654321, ResponseFormat Length: must be 6",
      (t) => t.replace('Length="6"', 'Length="8"'),
    ],
    [
      "letters as codes",
      "serial 987654321, ResponseFormat Encoding: must be DECIMAL",
      (t) => t.replace("DECIMAL", "ALPHANUMERIC"),
    ],
    [
      "check digits",
      "serial 987654321, CheckDigits: is not supported",
      (t) => t.replace('Length="6"', 'Length="6" CheckDigits="true"'),
    ],
    [
      "half a minute",
      "serial 987654321, TimeInterval: must be 60",
      (t) => t.replace(">60<", ">30<"),
    ],
    [
      "another time zero",
      "serial 987654321, Time: must be 0",
      (t) => t.replace("<Time><PlainValue>0", "<Time><PlainValue>100"),
    ],
    [
      "an encrypted time",
      "serial 987654321, Time: must have a plain value",
      (t) => t.replace("<Time><PlainValue>0</PlainValue>", "<Time><EncryptedValue/>"),
    ],
    [
      "a drift in seconds",
      "serial 987654321, TimeDrift: must be a whole number",
      (t) => t.replace(">-4<", ">-4.5<"),
    ],
    [
      "an unknown policy",
      "serial 987654321, Policy PINPolicy: cannot be honoured",
      (t) => t.replace("<KeyUsage>", "<PINPolicy/><KeyUsage>"),
    ],
    [
      "another usage",
      "serial 987654321, KeyUsage: does not allow OTP",
      (t) => t.replace(">OTP<", ">Encrypt<"),
    ],
    [
      "a date without a zone",
      "serial 987654321, StartDate: must be a time with its zone",
      (t) => t.replace("01T00:00:00Z", "01T00:00:00"),
    ],
    [
      "a date of no calendar",
      "serial 987654321, StartDate: is no date",
      (t) => t.replace("2026-05-01", "2026-02-30"),
    ],
    [
      "an expiry before the start",
      "serial 987654321, ExpiryDate: must be after StartDate",
      (t) => t.replace("2031", "2021"),
    ],
    [
      "a serial twice",
      "SerialNo: 987654321 stands in the file twice",
      (t) => t.replace(/(<KeyPackage>[^]*<\/KeyPackage>)/, "$1$1"),
    ],
    [
      "a secret neither plain nor encrypted",
      "serial 987654321, Secret: has neither",
      (t) => t.replace(/<PlainValue>MT.*?<\/PlainValue>/, "<Other/>"),
    ],
    [
      "two expiry dates",
      "serial 987654321, ExpiryDate: stands twice in Policy",
      (t) => t.replace(/(<ExpiryDate>.*<\/ExpiryDate>)/, "$1$1"),
    ],
    [
      "two policies",
      "serial 987654321, Policy: stands twice in Key",
      (t) => t.replace("<Policy>", "<Policy/><Policy>"),
    ],
    [
      "a policy of another namespace",
      "serial 987654321, Policy KeyUsage: cannot be honoured",
      (t) => t.replace("<KeyUsage>", '<KeyUsage xmlns="urn:other">'),
    ],
    [
      "two secrets",
      "serial 987654321, Secret: stands twice in Data",
      (t) => t.replace("<Secret>", "<Secret/><Secret>"),
    ],
    [
      "a date before 1970",
      "serial 987654321, StartDate: must be after 1970",
      (t) => t.replace("2026-05-01", "1960-05-01"),
    ],
    [
      "a drift of more than a day",
      "serial 987654321, TimeDrift: must be a whole number",
      (t) => t.replace(">-4<", ">1441<"),
    ],
    [
      "a suite named like a part of every object",
      "serial 987654321, Suite: must be",
      (t) => t.replace("<ResponseFormat", "<Suite>constructor</Suite><ResponseFormat"),
    ],
    [
      "nesting without end",
      "seed file: is nested too deeply",
      (t) => t.replace("maker", `${"<a>".repeat(40)}${"</a>".repeat(40)}`),
    ],
    [
      "an endless element",
      "seed file: has an endless",
      (t) => t.replace("maker", "m".repeat(70_000)),
    ],
  ];

  it.each(refused)("%s is refused: %s", async (_name, problem, change) => {
    const text = change(PLAIN);
    expect(text).not.toBe(PLAIN);
    const error: unknown = await read(text).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain(problem);
    expect((error as Error).message).not.toContain("MTIzNDU2Nzg5MDEy");
  });

  it("the newest hashes by their suites", async () => {
    for (const algorithm of ["SHA256", "SHA512"] as const) {
      const text = PLAIN.replace(
        "<ResponseFormat",
        `<Suite>HMAC-${algorithm}</Suite><ResponseFormat`,
      );
      expect((await read(text)).seeds[0]?.algorithm).toBe(algorithm);
    }
  });
});
