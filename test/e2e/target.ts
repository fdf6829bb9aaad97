import { readFile } from "node:fs/promises";
import { openLocalCloud } from "#local/cloud.ts";
import { assemble } from "../../cli/assemble.ts";
import { E2E_SETTINGS } from "../../cli/e2e-target.ts";
import { entranceOf, type Entrance } from "../entrance.ts";

/** Where the suite runs: what the app's outputs name, and how long what happens there may take. */
export interface Target extends AsyncDisposable {
  /** The outputs of all stacks by id. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly entrance: Entrance;
  /** How long anything may take from a trade to what it causes. */
  readonly patienceMs: number;
}

/** The place that E2E_TARGET names: `local` (also without it), or one that `cli/e2e.ts` deployed to. */
export const openTarget = async (): Promise<Target> =>
  (process.env["E2E_TARGET"] ?? "local") === "local" ? openLocal() : openDeployed();

const openLocal = async (): Promise<Target> => {
  await using resources = new AsyncDisposableStack();
  const assembly = resources.use(await assemble(E2E_SETTINGS));
  const cloud = resources.use(await openLocalCloud({ assemblyDir: assembly.dir }));
  Object.assign(process.env, cloud.environment);
  const opened = resources.move();
  return {
    outputs: cloud.outputs,
    entrance: entranceOf(cloud),
    patienceMs: 40_000,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
};

/** What was deployed is left as it is: who deployed it takes it away. */
const openDeployed = async (): Promise<Target> => {
  const { E2E_OUTPUTS: file, E2E_WEBSOCKET_URL: webSocketUrl, E2E_TICKETS_URL: ticketsUrl } = process.env;
  if (file === undefined || webSocketUrl === undefined || ticketsUrl === undefined)
    throw new RangeError(
      "E2E_OUTPUTS, E2E_WEBSOCKET_URL and E2E_TICKETS_URL must be set, were not: start this by npm run e2e:aws",
    );
  const stacks = JSON.parse(await readFile(file, "utf8")) as Readonly<Record<string, Readonly<Record<string, string>>>>;
  const outputs = Object.assign({}, ...Object.values(stacks)) as Record<string, string>;
  return {
    outputs,
    entrance: { ticketsUrl, webSocketUrl },
    patienceMs: 180_000,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
};
