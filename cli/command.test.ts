import { expect, test } from "vitest";
import { readArguments } from "./command.ts";

const options = { "idle-close": { type: "string" }, verbose: { type: "boolean" } } as const;

test.each([
  [["--idle-close", "-1"], "option '--idle-close' argument is ambiguous; --help says what there is"],
  [["--idle-close"], "option '--idle-close <value>' argument missing; --help says what there is"],
  [["--idle"], "unknown option '--idle'; --help says what there is"],
])("a wrong use is told in one line: %j", (argv, message) => {
  expect(() => readArguments(argv, options)).toThrow(expect.objectContaining({ code: "TAPE_USAGE", message }));
});

test("a value that begins with a dash may be given behind an equals sign", () => {
  expect(readArguments(["--idle-close=-1"], options).text("idle-close")).toBe("-1");
});
