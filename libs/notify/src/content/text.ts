const INVISIBLE = /[\p{Cc}\p{Cs}\p{Co}\p{Bidi_Control}\u2028\u2029\ufeff]+/gu;

/** oneLine: a name from data as one clean line of at most `maxChars` characters: no line breaks, control or direction marks. */
export const oneLine = (text: string, maxChars = 200): string => {
  const clean = text.replace(INVISIBLE, ' ').trim();
  const chars = Array.from(clean);
  return chars.length <= maxChars ? clean : `${chars.slice(0, maxChars - 1).join('')}…`;
};

/** escapeSlack: Slack gives meaning to `& < >` only; escaped, a `<!channel>` in a value pings nobody. */
export const escapeSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** escapeHtml: for text and for attribute values in double quotes. */
export const escapeHtml = (text: string): string =>
  escapeSlack(text).replaceAll('"', '&quot;').replaceAll("'", '&#39;');

/** safeLink: an http(s) address that can stand in an attribute or between Slack's `<` and `|`; anything else becomes empty. */
export const safeLink = (address: string): string => {
  const url = URL.parse(address);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return '';
  return url.href.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('"', '%22');
};
