/** One icon by itself: through the package's own door every icon would come along. */
declare module 'lucide/dist/esm/icons/*.mjs' {
  import type { IconNode } from 'lucide';

  const node: IconNode;
  export default node;
}
