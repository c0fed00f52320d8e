import { expect, test } from 'vitest';
import { pictureOf } from './signature-picture';

test.each([
  ['data:image/png;base64,AAAA', 'data:image/png;base64,AAAA'],
  ['data:image/svg+xml,%3Csvg/%3E', 'data:image/svg+xml,%3Csvg/%3E'],
  ['<svg xmlns="x"/>', 'data:image/svg+xml,%3Csvg%20xmlns%3D%22x%22%2F%3E'],
  ['data:text/html,<script>', undefined],
  ['https://otro.example/firma.png', undefined],
  ['Ana Pérez', undefined],
])('when the signature is «%s», then its picture is %s', (firma, picture) => {
  expect(pictureOf(firma)).toBe(picture);
});
