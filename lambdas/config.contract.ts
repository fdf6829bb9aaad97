import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Environment } from "./environment.ts";

export interface ConfigParts<Config> {
  readonly readConfig: (env: Environment) => Config;
  readonly environment: (config: Config) => Record<string, string>;
  readonly configs: fc.Arbitrary<Config>;
  /** One environment as it is written. */
  readonly env: Readonly<Record<string, string>>;
  /** Changes to it, and the sentence that each is refused with. */
  readonly rejected: readonly (readonly [Environment, string])[];
}

/** What every stage's configuration must do. */
export const configContract = <Config>(name: string, parts: ConfigParts<Config>): void => {
  const { readConfig, environment, configs, env, rejected } = parts;
  describe(`the configuration of ${name}`, () => {
    test("is read back from its environment", () => {
      fc.assert(
        fc.property(configs, (config) => {
          expect(readConfig(environment(config))).toEqual(config);
        }),
      );
    });

    test("is written as it is read", () => {
      expect(environment(readConfig(env))).toEqual(env);
    });

    test.each(rejected)("rejects %j", (change, message) => {
      expect(() => readConfig({ ...env, ...change })).toThrow(
        expect.objectContaining({ code: "TAPE_CONFIG_INVALID", message }),
      );
    });
  });
};
