import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const openssl = (...args: string[]) => promisify(execFile)('openssl', args);
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Paths of PEM files: an authority, a server on loopback and a client, both signed by it, and another authority that signed nothing. */
export type Certificates = Readonly<
  Record<'ca' | 'otherCa' | 'serverCert' | 'serverKey' | 'server' | 'clientCert' | 'clientKey', string>
>;

/** Key and certificate in `folder`, signed by the authority there. */
const sign = async (
  folder: string,
  name: string,
  extensions: string,
): Promise<[cert: string, key: string]> => {
  const file = (end: string) => join(folder, `${name}.${end}`);
  await writeFile(file('ext'), extensions);
  await openssl('req', ...EC, '-keyout', file('key'), '-out', file('csr'), '-subj', `/CN=${name}`);
  const authority = ['-CA', join(folder, 'ca.crt'), '-CAkey', join(folder, 'ca.key'), '-CAcreateserial'];
  const request = ['x509', '-req', '-in', file('csr'), '-out', file('crt'), '-days', '2'];
  await openssl(...request, ...authority, '-extfile', file('ext'));
  return [file('crt'), file('key')];
};

/** makeCertificates: fresh ones for a test, valid for two days. */
export const makeCertificates = async (folder: string): Promise<Certificates> => {
  const [ca, otherCa] = [join(folder, 'ca.crt'), join(folder, 'other.crt')];
  const selfSigned = ['req', '-x509', ...EC, '-days', '2', '-subj', '/CN=test authority'];
  await openssl(...selfSigned, '-keyout', join(folder, 'ca.key'), '-out', ca);
  await openssl(...selfSigned, '-keyout', join(folder, 'other.key'), '-out', otherCa);
  const [serverCert, serverKey] = await sign(folder, 'server', 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  const [clientCert, clientKey] = await sign(folder, 'client', 'extendedKeyUsage=clientAuth\n');
  const server = join(folder, 'server.pem');
  await writeFile(server, (await readFile(serverKey, 'utf8')) + (await readFile(serverCert, 'utf8')));
  return { ca, otherCa, serverCert, serverKey, server, clientCert, clientKey };
};
