import { expect, test } from "vitest";
import type { Environment } from "#lambdas/environment.ts";
import { withDefaults } from "../defaults.ts";
import { readConfig } from "./config.ts";

test("the broadcaster says of trades what its source says, unless it is told otherwise", () => {
  const kindOf = (env: Environment) =>
    readConfig(withDefaults({ KAFKA_BROKERS: "k", CASSANDRA_CONTACT_POINTS: "c", ...env })).kind;
  expect([
    kindOf({}),
    kindOf({ SOURCE: "sim:?seed=1" }),
    kindOf({ SOURCE: "venue:wss://venue.example" }),
    kindOf({ DASHBOARD_KIND: "live" }),
    kindOf({ DASHBOARD_KIND: "" }),
  ]).toEqual(["replayed", "simulated", "live", "live", "replayed"]);
});
