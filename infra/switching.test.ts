import type { Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBundles, type Bundles, type Templates } from "./bundles.fixture.ts";

const ISSUER = { jwtIssuer: "https://issuer.example.com", jwtAudiences: "dashboard" };

const SETTINGS = {
  ticket: { access: "ticket" },
  "ticket for who shows a token": { access: "ticket", ...ISSUER },
  jwt: { access: "jwt", ...ISSUER },
  public: { access: "public" },
} as const;

type Name = keyof typeof SETTINGS;

const NAMES = Object.keys(SETTINGS) as Name[];
const PAIRS = NAMES.flatMap((from) => NAMES.filter((to) => to !== from).map((to) => [from, to] as const));

let bundles: Bundles;
let templates: Readonly<Record<Name, Templates>>;

beforeAll(async () => {
  bundles = await openBundles();
  templates = Object.fromEntries(NAMES.map((name) => [name, bundles.templates(SETTINGS[name])])) as typeof templates;
});
afterAll(() => bundles[Symbol.asyncDispose]());

const exportsOf = (template: Template): ReadonlySet<string> => {
  const outputs = Object.values<{ Export?: { Name: string } }>(template.toJSON()["Outputs"] ?? {});
  return new Set(outputs.flatMap(({ Export }) => Export?.Name ?? []));
};

const importsOf = (template: Template): readonly string[] =>
  [...JSON.stringify(template.toJSON()).matchAll(/"Fn::ImportValue":"(TapestreamPipeline:[^"]+)"/g)].map(
    ([, name]) => name!,
  );

test.each(PAIRS)("access can be switched from %s to %s, the dashboard last, or first where exports go", (from, to) => {
  const [before, after] = [templates[from], templates[to]];
  const [had, has] = [exportsOf(before.pipeline), exportsOf(after.pipeline)];
  // As npm run deploy does it: the dashboard goes first where the pipeline loses outputs.
  const isDashboardFirst = [...had].some((name) => !has.has(name));
  const there = isDashboardFirst ? had : has;
  expect(importsOf(after.dashboard).filter((name) => !there.has(name))).toEqual([]);
  expect(importsOf(templates.ticket.dashboard).length).toBeGreaterThan(0);
});
