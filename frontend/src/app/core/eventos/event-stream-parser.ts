export interface StreamMessage {
  /** `message` when the stream names none. */
  name: string;
  data: string;
  /** The last id seen, also on an earlier message. */
  id: string | undefined;
}

/** Reads `text/event-stream` piece by piece, wherever the pieces are cut (HTML standard, 9.2.6). */
export function eventStreamParser(): (text: string) => StreamMessage[] {
  let rest = '';
  let name = '';
  let data: string[] = [];
  let id: string | undefined;

  return (text) => {
    const messages: StreamMessage[] = [];
    // A line break cut in two (CR now, LF in the next piece) is one line break.
    const lines = (rest + text).split(/\r\n|\n|\r(?=.)/s);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) messages.push({ name: name || 'message', data: data.join('\n'), id });
        name = '';
        data = [];
        continue;
      }
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'event') name = value;
      else if (field === 'data') data.push(value);
      else if (field === 'id' && !value.includes('\0')) id = value;
    }
    return messages;
  };
}
