import { expect, test } from "vitest";
import { createMemorySymbolRegister } from "#adapters/memory/symbol-register.ts";
import { epochMs } from "#core/units.ts";
import { mustHaveTraded } from "./must-have-traded.ts";

const registerOf = async (...symbols: readonly string[]) => {
  const register = createMemorySymbolRegister({ clock: { nowMs: () => epochMs(0) } });
  await register.see(symbols, epochMs(0));
  return register;
};

test("a symbol that traded is known", async () => {
  await expect(mustHaveTraded(await registerOf("SPY"), "SPY")).resolves.toBeUndefined();
});

test("rejects a symbol that never traded, and names those that did", async () => {
  const register = await registerOf("SPY", "AIG", "IBM", "BAC");
  await register.watch(["spy"]);
  await expect(mustHaveTraded(register, "spy")).rejects.toMatchObject({
    code: "TAPE_DATA_UNAVAILABLE",
    message: "the store has no symbol spy; it has SPY, AIG, BAC, IBM",
  });
});

test("rejects it with a few of many, the one first that is written in capitals", async () => {
  const many = Array.from({ length: 100 }, (_, i) => `A${String(i).padStart(2, "0")}`);
  await expect(mustHaveTraded(await registerOf(...many, "SPY"), "spy")).rejects.toThrow(
    /; it has SPY, A00, A01, A02, A03, A04, A05, A06, A07, A08, A09, A10, …$/,
  );
});
