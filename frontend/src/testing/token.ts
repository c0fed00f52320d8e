/** An access token as the app reads it; its signature is worth nothing. */
export function tokenFor(user: { id: number; nombre: string; roles?: string[]; jti?: string }): string {
  const { id, nombre, roles = ['usuario'], jti = 'one' } = user;
  const bytes = new TextEncoder().encode(JSON.stringify({ sub: String(id), nombre, roles, jti }));
  return `e30.${btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')}.x`;
}
