/** Words of the vocabulary that have a text in both languages: this does not compile while one is missing. */
export type Translated<
  Words extends string,
  _Es extends Readonly<Record<Words, unknown>>,
  _En extends Readonly<Record<Words, unknown>>,
> = Words;
