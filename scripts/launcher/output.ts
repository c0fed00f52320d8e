import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

const COLOURS: readonly Style[] = ['cyan', 'green', 'magenta', 'yellow', 'blue', 'red', 'gray'];

/** Coloured on a terminal, plain elsewhere and with NO_COLOR. */
const paint = (style: Style, text: string) => styleText(style, text, { stream: process.stdout });

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One step of the set-up. */
export const step = (text: string): void => print(`${paint('dim', '·')} ${text}`);

export const bold = (text: string): string => paint('bold', text);

/** A printer of lines that all carry the name of their process in its colour. */
export function prefixed(name: string, width: number, index: number): (line: string) => void {
  const prefix = paint(COLOURS[index % COLOURS.length] ?? 'gray', `${name.padEnd(width)} │`);
  return (line) => print(`${prefix} ${line}`);
}

/** 1234 ms as people here read it: `1,2 s`. */
export const seconds = (ms: number, digits = 1): string =>
  `${(ms / 1_000).toFixed(digits).replace('.', ',')} s`;
