/** The pool alone: the package's own entry brings `fetch`, caches, mocks and more into a bundle. */
declare module "undici/lib/dispatcher/pool.js" {
  import { Pool } from "undici";

  export default Pool;
}
