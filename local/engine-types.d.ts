declare module "kinesalite" {
  import type { Server } from "node:http";

  interface KinesaliteOptions {
    readonly path?: string;
    readonly shardLimit?: number;
    readonly createStreamMs?: number;
    readonly deleteStreamMs?: number;
    readonly updateStreamMs?: number;
  }

  const kinesalite: (options?: KinesaliteOptions) => Server;
  export default kinesalite;
}

declare module "dynalite" {
  import type { Server } from "node:http";

  interface DynaliteOptions {
    readonly path?: string;
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }

  const dynalite: (options?: DynaliteOptions) => Server;
  export default dynalite;
}
