import { expect, test } from 'vitest';
import { lookOf } from '../../src/contracts/look-alike.ts';

test.for([
  ['CANCELADA', 'cancelada'],
  ['CANCELADA', ' ＣＡＮＣＥＬＡＤＡ '],
  ['CANCELADA', 'CANCE\u200bLADA\ufe0f'],
  ['CANCELADA', 'САNСЕLАDА'],
  ['CANCELADA', 'CANCEIADA'],
  ['ENTREGADA', 'ΕΝΤREGADA'],
  ['ENTREGADA', 'entrеgаda'],
  ['ENTREGADA', 'enтregada'],
  ['FAILED_MAX_RETRIES', 'Faıled_Max_Retries'],
  ['Ana María', 'ana\u00a0 marı́a'],
  ['ivan', 'ＩVAN'],
  ['ivan', 'іvan'],
  ['marta', 'rnarta'],
  ['paypa1', 'paypal'],
] as const)('when %j is spelled %j, then they have one look', ([one, other]) => {
  expect(lookOf(other)).toBe(lookOf(one));
});

test.for([
  ['ENTREGADA', 'NO ENTREGADA'],
  ['José', 'Jose'],
  ['año', 'ano'],
  ['ana maria', 'anamaria'],
  ['Анна', 'Anna'],
] as const)('when %j stands beside %j, then they look different', ([one, other]) => {
  expect(lookOf(other)).not.toBe(lookOf(one));
});
