import { expect, test } from "vitest";
import { pane } from "#test/pane-fixture.ts";
import { Latency } from "./latency.ts";
import { ServerClock } from "./server-clock.ts";

const NOW = 1_700_000_000_000;

/** A server whose clock is a second ahead, exactly. */
const openLatency = (): Latency => {
  const clock = new ServerClock();
  clock.ask("ping", NOW);
  clock.answer("ping", NOW + 1_000, NOW);
  return new Latency(clock);
};

/** The panes of an update whose newest trade happened at `closeMs`. */
const panesAt = (closeMs: number, last: number) => {
  const one = pane({ last });
  const close = { ...one.content.close, eventTimeMs: closeMs };
  return [pane({ last }), { ...one, content: { ...one.content, close } }] as (typeof one)[];
};

test("a trade takes from its own time until it is painted, by the server's clock", () => {
  const latency = openLatency();
  latency.took(panesAt(NOW + 600, 4), NOW + 900, NOW - 80);
  const [passage] = latency.painted(NOW - 68);
  expect(passage).toMatchObject({ sentMs: NOW + 900, receivedMs: NOW + 920, paintedMs: NOW + 932 });
  expect(latency.total(NOW)).toEqual({ p50: 332, p95: 332, count: 1 });
  expect(latency.painting(NOW)).toEqual({ p50: 12, p95: 12, count: 1 });
});

test("what is told again says nothing new, nor do trades of another day", () => {
  const latency = openLatency();
  for (const [closeMs, atMs] of [
    [NOW - 86_400_000, 0],
    [NOW + 600, 0],
    [NOW + 600, 4_000],
    [NOW + 500, 5_000],
  ] as const) {
    latency.took(panesAt(closeMs, 4), NOW, NOW + atMs);
    expect(latency.painted(NOW + atMs)).toHaveLength(1);
  }
  expect(latency.total(NOW + 5_000)).toMatchObject({ p95: 400, count: 1 });
});

test("what came while nothing was painted is forgotten", () => {
  const latency = openLatency();
  latency.took(panesAt(NOW, 4), NOW, NOW);
  latency.skip();
  expect([latency.painted(NOW + 60_000), latency.painting(NOW + 60_000)]).toEqual([[], undefined]);
});
