/**
 * What makes a user name unique: its NFKC form in lower case. `Ana`, `ANA` and `ａｎａ` are one user, so that nobody can
 * pass for somebody else by spelling; the name is shown as it was written at signup, and login takes any spelling.
 */
export const nombreClave = (nombre: string): string =>
  nombre.normalize('NFKC').toLowerCase().normalize('NFKC');
