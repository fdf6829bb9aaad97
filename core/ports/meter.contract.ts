import { describe, expect, test } from "vitest";
import { METRICS, type MetricName } from "../metrics.ts";
import type { Meter } from "./meter.ts";

/** A meter, and what it has told by name, each value once and in the order given. */
export interface MeterSetup extends AsyncDisposable {
  readonly meter: Meter;
  told(): Promise<Readonly<Partial<Record<MetricName, readonly number[]>>>>;
}

const NAMES = Object.keys(METRICS) as readonly MetricName[];

/** What every meter must do. */
export const meterContract = (name: string, open: () => Promise<MeterSetup>): void => {
  describe(`Meter: ${name}`, () => {
    test("tells every metric of the list", async () => {
      await using setup = await open();
      setup.meter.emit(Object.fromEntries(NAMES.map((metric, index) => [metric, index + 1])));
      expect(await setup.told()).toEqual(Object.fromEntries(NAMES.map((metric, index) => [metric, [index + 1]])));
    });

    test("tells what each emission came to, zero too", async () => {
      await using setup = await open();
      setup.meter.emit({ TradesFolded: 3, LateTrades: 0 });
      setup.meter.emit({ TradesFolded: 4 });
      expect(await setup.told()).toEqual({ TradesFolded: [3, 4], LateTrades: [0] });
    });

    test("tells each of many values", async () => {
      await using setup = await open();
      const values = Array.from({ length: 1_000 }, (_, index) => index);
      setup.meter.emit({ WindowEndToPushMs: values, SocketPosts: 2 });
      expect(await setup.told()).toEqual({ WindowEndToPushMs: values, SocketPosts: [2] });
    });

    test("tells nothing where there is nothing", async () => {
      await using setup = await open();
      setup.meter.emit({});
      setup.meter.emit({ WindowEndToPushMs: [] });
      expect(await setup.told()).toEqual({});
    });

    test("throws for no values whatever, and goes on", async () => {
      await using setup = await open();
      for (const value of [Number.NaN, Infinity, "3" as unknown as number]) setup.meter.emit({ TradesFolded: value });
      setup.meter.emit({ Unheard: 1 } as object);
      setup.meter.emit({ FramesRead: 1 });
      expect(await setup.told()).toEqual({ FramesRead: [1] });
    });
  });
};
