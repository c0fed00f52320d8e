import { safeReturnUrl } from './guards';

test.each([
  ['/tareas?estado=FAILURE', '/tareas?estado=FAILURE'],
  [null, '/'],
  ['https://elsewhere.example', '/'],
  ['//elsewhere.example', '/'],
  ['/\\elsewhere.example', '/'],
  ['/acceso/entrar', '/'],
  ['javascript:alert(1)', '/'],
])('when the page to return to is %s, then %s follows the login', (volver, expected) => {
  expect(safeReturnUrl(volver)).toBe(expected);
});
