/** A self-signed certificate (X.509, RFC 5280) for servers on the loopback, made anew for each run. */
import { createSign, generateKeyPairSync } from 'node:crypto';

export interface Certificate {
  /** PEM, both. */
  key: string;
  cert: string;
}

/** Tag, length and content of one value in DER. */
function der(tag: number, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = body.length < 0x100 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...content: Uint8Array[]) => der(0x30, ...content);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const commonName = '550403';
const subjectAltName = '551d11';
const basicConstraints = '551d13';

const nameOf = (text: string) => sequence(der(0x31, sequence(oid(commonName), der(0x0c, Buffer.from(text)))));
const time = (text: string) => der(0x18, Buffer.from(text));
const extension = (id: string, value: Uint8Array) => sequence(oid(id), der(0x04, value));

/** For these names, from 2020 to 2099. */
export function selfSigned(...names: [string, ...string[]]): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const alternatives = sequence(...names.map((name) => der(0x82, Buffer.from(name))));
  const itsOwnIssuer = sequence(der(0x01, Buffer.from([0xff])));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    nameOf(names[0]),
    sequence(time('20200101000000Z'), time('20991231235959Z')),
    nameOf(names[0]),
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(extension(subjectAltName, alternatives), extension(basicConstraints, itsOwnIssuer))),
  );
  const signature = createSign('sha256').update(body).sign(privateKey);
  const bytes = sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  const lines = bytes.toString('base64').replaceAll(/(.{64})/g, '$1\n');
  return {
    key: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}
