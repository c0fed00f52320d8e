import { passwordStrength } from './password-strength';

test.each([
  ['corta1', 0],
  ['aaaaaaaaaaaaaaa', 1],
  ['12345678', 1],
  ['qwertyuiop', 1],
  ['abcdefghijkl', 1],
  ['ana.torres2', 1],
  ['perro azul', 2],
  ['Perro4zul', 3],
  ['cuatro tazas sin asa', 4],
  ['kX9$mQ2!vL7', 4],
] as const)('when the password is «%s», then its strength is %i', (contrasena, expected) => {
  expect(passwordStrength(contrasena, 'ana.torres')).toBe(expected);
});
