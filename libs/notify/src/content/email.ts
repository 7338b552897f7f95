import type { AlertMessage } from '#libs/contracts';

import { renderEmailHtml } from './email-html.js';
import { renderEmailText } from './email-text.js';

/** CHART_CID: the content id under which the HTML part finds its picture. */
export const CHART_CID = 'chart@plumbline';

/** EmailContent: both parts of a mail and the picture that the HTML part shows, if any. */
export type EmailContent = {
  readonly text: string;
  readonly html: string;
  readonly picture?: { readonly cid: string; readonly png: Buffer };
};

/** renderEmail: the parts of a mail; `png` is the rendered chart, left out where there is none. */
export const renderEmail = (message: AlertMessage, png?: Buffer): EmailContent => ({
  text: renderEmailText(message),
  html: renderEmailHtml(message, png === undefined ? undefined : `cid:${CHART_CID}`),
  ...(png === undefined ? {} : { picture: { cid: CHART_CID, png } }),
});
