import { expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemorySymbolRegister } from "#adapters/memory/symbol-register.ts";
import { noteOnce } from "./noted-symbols.ts";
import { epochMs, type EpochMs } from "./units.ts";

const monday = epochMs(Date.UTC(2013, 9, 7));
const tuesday = epochMs(Date.UTC(2013, 9, 8));

/** A register that counts what is asked of it. */
const countingRegister = () => {
  const register = createMemorySymbolRegister({ clock: createManualClock(tuesday) });
  const calls: string[] = [];
  return {
    ...register,
    calls,
    list: () => {
      calls.push("list");
      return register.list();
    },
    see: (symbols: readonly string[], dayMs: EpochMs) => {
      calls.push(`see ${symbols.join()}`);
      return register.see(symbols, dayMs);
    },
  };
};

test("a symbol is written once a day", async () => {
  const register = countingRegister();
  const symbols = noteOnce(register);
  await symbols.see(["IBM", "SPY"], monday);
  await symbols.see(["SPY", "IBM"], monday);
  await symbols.see(["IBM"], tuesday);
  await symbols.see(["IBM", "AIG"], monday);
  expect(register.calls).toEqual(["list", "see IBM,SPY", "see IBM", "see AIG"]);
  expect((await register.get(["IBM"]))[0]?.seenMs).toBe(tuesday);
});

test("what the register had before is not written again", async () => {
  const register = countingRegister();
  await register.see(["IBM"], tuesday);
  await noteOnce(register).see(["IBM"], monday);
  await noteOnce(register).see(["IBM"], tuesday);
  expect(register.calls).toEqual(["see IBM", "list", "list"]);
});

test("a write that failed is tried again", async () => {
  const register = createMemorySymbolRegister({ clock: createManualClock(tuesday) });
  let isFailing = true;
  const symbols = noteOnce({
    ...register,
    see: (names, dayMs) => (isFailing ? Promise.reject(new RangeError("down")) : register.see(names, dayMs)),
  });
  await expect(symbols.see(["IBM"], monday)).rejects.toThrow("down");
  isFailing = false;
  await symbols.see(["IBM"], monday);
  expect((await register.get(["IBM"]))[0]?.seenMs).toBe(monday);
});
