import { eventStreamParser } from './event-stream-parser';

const STREAM =
  'retry: 2000\n\n: latido\n\nid: 7-0\nevent: entrega\ndata: {"a":1}\n\nid: 8-0\ndata: uno\ndata: dos\n\nevent: fin\ndata:{}\n\n';
const MESSAGES = [
  { name: 'entrega', data: '{"a":1}', id: '7-0' },
  { name: 'message', data: 'uno\ndos', id: '8-0' },
  { name: 'fin', data: '{}', id: '8-0' },
];

test('when a stream comes in one piece, then its messages are read', () => {
  expect(eventStreamParser()(STREAM)).toEqual(MESSAGES);
});

test.each(['\n', '\r\n', '\r'])(
  'when it is cut anywhere, with %j as its line break, then the same',
  (lineBreak) => {
    const stream = `${STREAM.replaceAll('\n', lineBreak)}: `;
    for (let at = 1; at < stream.length; at += 1) {
      const parse = eventStreamParser();
      expect([...parse(stream.slice(0, at)), ...parse(stream.slice(at))]).toEqual(MESSAGES);
    }
    const parse = eventStreamParser();
    expect(Array.from(stream).flatMap((character) => parse(character))).toEqual(MESSAGES);
  },
);

test('when the last message is not complete, then it is not told', () => {
  expect(eventStreamParser()('event: entrega\ndata: {"a":1}\n')).toEqual([]);
});
