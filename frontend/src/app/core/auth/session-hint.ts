const KEY = 'medisupply.sesion';

/** Whether this browser may hold a refresh cookie, which scripts cannot see; saves a refused request at start. */
export const sessionHint = {
  isSet: (): boolean => read() === '1',
  set: (): void => write('1'),
  clear: (): void => write(null),
};

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    // Storage may be forbidden: ask the server then.
    return '1';
  }
}

function write(value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, value);
  } catch {
    // See above.
  }
}
