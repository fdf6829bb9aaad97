import { runOnce } from "../run-worker.ts";
import { readConfig } from "./config.ts";
import { setUp } from "./setup.ts";

await runOnce("setup", ({ env }) => setUp(readConfig(env)));
