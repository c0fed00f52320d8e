/** The text below a heading, up to the next one of its level. @throws Error when there is no such heading */
export function section(markdown: string, heading: string): string {
  const start = markdown.indexOf(`\n## ${heading}\n`);
  if (start < 0) throw new Error(`there is no section "${heading}"`);
  const end = markdown.indexOf('\n## ', start + 1);
  return markdown.slice(start, end < 0 ? undefined : end);
}

/** The cells of every row of the tables whose first heading matches. */
export function rowsOf(markdown: string, firstHeading: RegExp): string[][] {
  return markdown
    .split(/\n{2,}/)
    .map((block) =>
      block
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .map(cellsOf),
    )
    .filter(([heading]) => firstHeading.test(heading?.[0] ?? ''))
    .flatMap(([, , ...rows]) => rows);
}

const cellsOf = (row: string): string[] =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
