/**
 * Whom a name means at login: its NFKC form in lower case. `Ana`, `ANA` and `ａｎａ` are one user; the name is shown as it
 * was written at signup. So that nobody can pass for somebody else, a new name must also look unlike every other one.
 */
export const nombreClave = (nombre: string): string =>
  nombre.normalize('NFKC').toLowerCase().normalize('NFKC');
