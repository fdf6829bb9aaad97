import { expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { epochMs } from "#core/units.ts";
import { Rejoining } from "./rejoining.ts";

/** A member that fell out of its group, and whose attempts to join end like this, the last one over and over. */
const openFallen = (...outcomes: readonly (Error | "joined")[]) => {
  const clock = createManualClock(epochMs(0));
  const state = { isActive: false, joins: 0, refusals: [] as unknown[] };
  const rejoining = new Rejoining({
    isActive: () => state.isActive,
    join: async () => {
      const outcome = outcomes[Math.min(state.joins++, outcomes.length - 1)]!;
      if (outcome instanceof Error) throw outcome;
      state.isActive = true;
    },
    onRefused: (error) => state.refusals.push(error),
    sleep: clock.sleep,
  });
  return { clock, state, rejoining };
};

const refusal = Object.assign(new Error("not you"), { apiId: "GROUP_AUTHORIZATION_FAILED" });

test("who fell out of its group tries to join until it is in, however often it is told so", async () => {
  const { clock, state, rejoining } = openFallen(new Error("no broker"), new Error("no broker"), "joined");
  rejoining.begin();
  rejoining.begin();
  await clock.advance(20_000);
  expect(state).toEqual({ isActive: true, joins: 3, refusals: [] });
});

test("who is in its group again by itself does not share it out anew", async () => {
  const { clock, state, rejoining } = openFallen("joined");
  rejoining.begin();
  state.isActive = true;
  await clock.advance(20_000);
  expect(state.joins).toBe(0);
});

test("who is refused says so, and tries no more", async () => {
  const { clock, state, rejoining } = openFallen(refusal);
  rejoining.begin();
  await clock.advance(20_000);
  expect(state).toEqual({ isActive: false, joins: 1, refusals: [refusal] });
});

test("who leaves its group does not come back", async () => {
  const { clock, state, rejoining } = openFallen("joined");
  rejoining.begin();
  rejoining.end();
  await clock.advance(20_000);
  expect(state.joins).toBe(0);
});
