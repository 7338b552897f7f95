/** BareWord: a word in JSON text that JSON does not know, with its place. */
export type BareWord = { word: string; at: number };

const STOP = /"|(?<![\w$.-])-?(?:NaN|nan|Infinity|inf|None|True|False|undefined)(?![\w$])/g;

/** stringEnd: where the string that opens at `at` ends (its closing quote), or the length of the text when it does not. */
const stringEnd = (text: string, at: number): number => {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === '\\') escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
};

/**
 * bareWords: `NaN`, `Infinity`, `None`, `True` and the like outside of the strings of a JSON text, as tools of other languages
 * write them. Takes time linear in the text, whatever stands in it.
 *
 * @example bareWords('{"a": NaN, "b": "NaN"}') // [{ word: 'NaN', at: 6 }]
 */
export function* bareWords(text: string): Generator<BareWord> {
  const stop = new RegExp(STOP);
  for (let found = stop.exec(text); found !== null; found = stop.exec(text)) {
    if (found[0] === '"') stop.lastIndex = stringEnd(text, found.index) + 1;
    else yield { word: found[0], at: found.index };
  }
}
