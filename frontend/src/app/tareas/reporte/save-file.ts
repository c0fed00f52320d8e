/** Spreadsheets take a CSV file for UTF-8 when it begins with this. */
const BYTE_ORDER_MARK = '\uFEFF';

/** Hands a text to the browser's downloads: what needs a bearer token cannot be a link. */
export function saveFile(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([BYTE_ORDER_MARK, text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser may still be reading it.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
