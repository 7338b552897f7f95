import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const BEGIN = '-----BEGIN ';
const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const WANTED = 'give the path of a PEM file, or the PEM text itself';

const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);

/** The text of a PEM: given as it is, or read from the file that is named. */
const textOf = (value: string): string =>
  value.includes(BEGIN) ? value : readFileSync(value, { encoding: 'utf8' });

/** A text that is read and looked at while the configuration is loaded, so that a wrong file is one line among the problems. */
const pem = (look: (text: string) => void) =>
  z
    .string()
    .min(1)
    .transform((value, context): string => {
      try {
        const text = textOf(value);
        look(text);
        return text;
      } catch (error) {
        context.addIssue({ code: 'custom', message: `${reasonOf(error)}; ${WANTED}` });
        return z.NEVER;
      }
    });

const certificates = pem((text) => {
  const found = text.match(CERTIFICATES) ?? [];
  if (found.length === 0) throw new Error('it holds no CERTIFICATE');
  for (const each of found) new X509Certificate(each);
});

const keyText = pem((text) => {
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) throw new Error('it holds no PRIVATE KEY');
});

/** The key without its passphrase, as all three clients take it. */
const openKey = (key: string, passphrase: string | undefined): string =>
  createPrivateKey({ key, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();

type Given = {
  cert?: string | undefined;
  key?: string | undefined;
  passphrase?: string | undefined;
};

/** What is wrong with certificate and key taken together: the setting and the sentence. */
const pairProblem = ({ cert, key, passphrase }: Given): ['cert' | 'key', string] | undefined => {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined) return ['cert', 'the key needs its certificate'];
  if (key === undefined) return ['key', 'the certificate needs its private key'];
  try {
    const own = createPrivateKey(openKey(key, passphrase));
    if (new X509Certificate(cert).checkPrivateKey(own)) return undefined;
    return ['key', 'it does not belong to the certificate'];
  } catch (error) {
    return ['key', `it cannot be opened with the passphrase given (${reasonOf(error)})`];
  }
};

/**
 * tls: whom to trust beside the system's own authorities, and who we are. Files are read when the configuration is loaded; the
 * checks of the server's certificate and name cannot be turned off.
 */
export const tls = z
  .strictObject({
    ca: certificates.optional(),
    cert: certificates.optional(),
    key: keyText.optional(),
    passphrase: z.string().min(1).optional(),
  })
  .superRefine((given, context) => {
    const problem = pairProblem(given);
    if (problem === undefined) return;
    context.addIssue({ code: 'custom', path: [problem[0]], message: problem[1] });
  });

/** Tls: PEM texts for a TLS connection; the key needs no passphrase any more. */
export type Tls = {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
};

/** openTls: the parsed settings as clients take them. */
export const openTls = (given: z.infer<typeof tls> | undefined): Tls | undefined => {
  if (given === undefined) return undefined;
  const { ca, cert, key, passphrase } = given;
  return { ca, cert, ...(key === undefined ? {} : { key: openKey(key, passphrase) }) };
};
