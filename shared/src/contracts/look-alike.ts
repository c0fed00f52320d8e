import unhomoglyph from 'unhomoglyph';

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
const ASCII = /^[\x20-\x7e]+$/;

/**
 * What a text looks like, whatever it is spelled with: two texts that people read as one have one look. Compatibility
 * forms (NFKC), characters that show nothing, letters of other scripts (the confusables of UTS #39), case, and the
 * letters of a font that are hard to tell apart: `I`, `l`, `1`. For comparing only.
 */
export const lookOf = (text: string): string =>
  Array.from(text.normalize('NFKD').replaceAll(INVISIBLE, ''), look)
    .join('')
    .replaceAll('RN', 'M')
    .replaceAll(/[L1|]/g, 'I')
    .replaceAll(/(?<=[IJ])\u0307/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** As what it looks like, or else as what its capital looks like: Cyrillic `т` is a small T. */
function look(character: string): string {
  const asWritten = unhomoglyph(character);
  const asCapital = unhomoglyph(character.toUpperCase());
  return (ASCII.test(asWritten) || !ASCII.test(asCapital) ? asWritten : asCapital).toUpperCase();
}
