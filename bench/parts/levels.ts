/** What `http-server.ts` can be. */
export type Level = 'bare' | 'body' | 'verify' | 'accept' | 'create' | 'sign' | 'read' | 'page' | 'status';
