import type { Bundles } from "./bundles.fixture.ts";
import { addSecurityRules } from "./security-rules.ts";

/** What a deployment can be: who gets in, how much it takes, how its mappings read, whether it has a page, who is told. */
const AXES = {
  access: ["ticket", "ticket to who is known", "jwt", "iam", "public"],
  tradesPerSecond: [1_000, 2_000_000],
  fanOut: ["none", "aggregator", "broadcast", "both"],
  hasDashboard: [true, false],
  alarmEmail: ["", "ops@example.com"],
} as const;

type Settings = Readonly<Record<string, string | number | boolean>>;

/** What bars and ticks are kept by, besides DynamoDB and Kinesis. */
const ENGINES: readonly Settings[] = [
  { store: "keyspaces" },
  { stream: "msk", arrivalWindowSeconds: 0 },
  { store: "keyspaces", stream: "msk", arrivalWindowSeconds: 0 },
];

/** Other engines, each as it is and with much else that is otherwise: what they need has little to do with the axes. */
export const engineSettings = (): readonly Settings[] =>
  ENGINES.flatMap((engines) => [
    { ...engines, hasDashboard: true },
    withIssuer({
      ...engines,
      access: "ticket to who is known",
      tradesPerSecond: 2_000_000,
      fanOut: "broadcast",
      hasDashboard: false,
      alarmEmail: "ops@example.com",
    }),
  ]);

/** Every combination of {@link AXES} that can be; no page can connect by IAM. */
export const everySettings = (): readonly Settings[] =>
  Object.entries(AXES)
    .reduce<readonly Settings[]>(
      (made, [key, values]) => made.flatMap((settings) => values.map((value) => ({ ...settings, [key]: value }))),
      [{}],
    )
    .filter(({ access, hasDashboard }) => access !== "iam" || hasDashboard === false)
    .map(withIssuer);

/** Tokens need somebody who issues them. */
const withIssuer = (settings: Settings): Settings => {
  const issuer = { jwtIssuer: "https://issuer.example.com", jwtAudiences: "tapestream" };
  if (settings["access"] === "jwt") return { ...settings, ...issuer };
  return settings["access"] === "ticket to who is known" ? { ...settings, ...issuer, access: "ticket" } : settings;
};

/** The stacks of an app with these settings that passed every check. @throws when a check finds something. */
export const synthesizeChecked = (bundles: Bundles, settings: Settings): readonly string[] => {
  const { app } = bundles.app(settings);
  addSecurityRules(app);
  return app.synth().stacks.map(({ stackName }) => stackName);
};
