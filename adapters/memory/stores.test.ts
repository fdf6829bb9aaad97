import { checkpointStoreContract } from "#core/ports/checkpoint-store.contract.ts";
import { connectionStoreContract } from "#core/ports/connection-store.contract.ts";
import { failedBatchStoreContract } from "#core/ports/failed-batch-store.contract.ts";
import type { FailedBatch } from "#core/ports/failed-batch-store.ts";
import { gapStoreContract } from "#core/ports/gap-store.contract.ts";
import { leaseStoreContract } from "#core/ports/lease-store.contract.ts";
import { meterContract } from "#core/ports/meter.contract.ts";
import { paneStoreContract } from "#core/ports/pane-store.contract.ts";
import { rejectedStoreContract } from "#core/ports/rejected-store.contract.ts";
import { shardStatusStoreContract } from "#core/ports/shard-status.contract.ts";
import { storeMarksContract } from "#core/ports/store-marks.contract.ts";
import { symbolRegisterContract } from "#core/ports/symbol-register.contract.ts";
import { ticketStoreContract } from "#core/ports/ticket-store.contract.ts";
import { createMemoryCheckpointStore } from "./checkpoint-store.ts";
import { createMemoryConnectionStore } from "./connection-store.ts";
import { createMemoryFailedBatchStore } from "./failed-batch-store.ts";
import { createMemoryGapStore } from "./gap-store.ts";
import { createMemoryLeaseStore } from "./lease-store.ts";
import { createMemoryMeter } from "./meter.ts";
import { createMemoryPaneStore } from "./pane-store.ts";
import { createMemoryRejectedStore } from "./rejected-store.ts";
import { createMemoryShardStatusStore } from "./shard-status.ts";
import { createMemoryStoreMarks } from "./store-marks.ts";
import { createMemorySymbolRegister } from "./symbol-register.ts";
import { createMemoryTicketStore } from "./ticket-store.ts";

const disposable = <Store>(store: Store): Promise<Store & AsyncDisposable> =>
  Promise.resolve({ ...store, [Symbol.asyncDispose]: () => Promise.resolve() });

paneStoreContract("memory", () => disposable(createMemoryPaneStore()));
checkpointStoreContract("memory", () => disposable(createMemoryCheckpointStore()));
rejectedStoreContract("memory", () => disposable(createMemoryRejectedStore()));
failedBatchStoreContract("memory", async () => {
  const store = createMemoryFailedBatchStore();
  return {
    store,
    fail: async (key, batch) => void store.batches.set(key, batch),
    spoil: async (key) => void store.batches.set(key, {} as FailedBatch),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
});
gapStoreContract("memory", () => disposable(createMemoryGapStore()));
leaseStoreContract("memory", () => disposable(createMemoryLeaseStore()));
connectionStoreContract("memory", () => disposable(createMemoryConnectionStore()));
symbolRegisterContract("memory", (clock) => disposable(createMemorySymbolRegister({ clock })));
shardStatusStoreContract("memory", () => disposable(createMemoryShardStatusStore()));
storeMarksContract("memory", () => disposable(createMemoryStoreMarks()));
ticketStoreContract("memory", () => disposable(createMemoryTicketStore()));
meterContract("memory", async () => {
  const meter = createMemoryMeter();
  return { meter, told: async () => meter.told, [Symbol.asyncDispose]: async () => undefined };
});
