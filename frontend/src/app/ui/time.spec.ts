import { relativeTime } from './time';

const NOW = Date.parse('2026-05-20T12:00:00Z');

test.each([
  ['2026-05-20T11:59:30Z', 'es', 'ahora'],
  ['2026-05-20T11:57:10Z', 'es', 'hace 2 min'],
  ['2026-05-20T09:00:00Z', 'en', '3 hr. ago'],
  ['2026-05-19T10:00:00Z', 'es', 'ayer'],
  ['2026-05-20T12:05:00Z', 'en', 'in 5 min.'],
  ['2026-01-02T12:00:00Z', 'es', '2 ene 2026'],
])('when it happened at %s, then in %s that is «%s»', (value, idioma, expected) => {
  expect(relativeTime(value, NOW, idioma)).toBe(expected);
});
