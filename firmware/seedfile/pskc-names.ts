/** Namespaces and algorithm names of PSKC (RFC 6030 section 4 and appendix A) and XML Encryption. */
export const PSKC = "urn:ietf:params:xml:ns:keyprov:pskc";
export const XMLDSIG = "http://www.w3.org/2000/09/xmldsig#";
export const XMLENC = "http://www.w3.org/2001/04/xmlenc#";
export const XMLENC11 = "http://www.w3.org/2009/xmlenc11#";
export const PKCS5 = "http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#";
export const TOTP = "urn:ietf:params:xml:ns:keyprov:pskc:totp";

/** All of these; what PBKDF2 puts inside its parameters has none. */
export const NAMESPACES: ReadonlySet<string> = new Set([
  "",
  PSKC,
  XMLDSIG,
  XMLENC,
  XMLENC11,
  PKCS5,
]);

/** The hash in a MAC's or a PRF's algorithm name, as node:crypto calls it. */
export const HMAC_HASHES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "http://www.w3.org/2000/09/xmldsig#hmac-sha1": "sha1",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha224": "sha224",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha384": "sha384",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512": "sha512",
  }),
);

const KEY_WRAP = "http://www.w3.org/2001/04/xmlenc#kw-aes";
const KEY_WRAP_PAD = "http://www.w3.org/2009/xmlenc11#kw-aes-";

/** A key wrap: its cipher as node:crypto calls it, its key's length in bytes, its IV in hex. */
export interface KeyWrap {
  readonly cipher: string;
  readonly keyLength: number;
  readonly iv: string;
}

/** AES key wrap (RFC 3394) and, with padding, RFC 5649: it proves itself and needs no MAC. */
export const AES_WRAP: ReadonlyMap<string, KeyWrap> = new Map(
  ["128", "192", "256"].flatMap((bits): [string, KeyWrap][] => {
    const [cipher, keyLength] = [`id-aes${bits}-wrap`, Number(bits) / 8];
    return [
      [`${KEY_WRAP}${bits}`, { cipher, keyLength, iv: "a6a6a6a6a6a6a6a6" }],
      [`${KEY_WRAP_PAD}${bits}-pad`, { cipher: `${cipher}-pad`, keyLength, iv: "a65959a6" }],
    ];
  }),
);

/** AES in CBC mode by its name in XML Encryption, with the key's length in bytes. */
export const AES_CBC: ReadonlyMap<string, { cipher: string; keyLength: number }> = new Map(
  Object.entries({
    "http://www.w3.org/2001/04/xmlenc#aes128-cbc": { cipher: "aes-128-cbc", keyLength: 16 },
    "http://www.w3.org/2001/04/xmlenc#aes192-cbc": { cipher: "aes-192-cbc", keyLength: 24 },
    "http://www.w3.org/2001/04/xmlenc#aes256-cbc": { cipher: "aes-256-cbc", keyLength: 32 },
  }),
);
