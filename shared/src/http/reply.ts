/** What a handler answers. */
export interface Reply {
  status: number;
  body?: unknown;
  /** One with several values, as `Set-Cookie`, is sent once for each. */
  headers?: Readonly<Record<string, string | string[]>>;
}
