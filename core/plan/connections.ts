import type { PlanLoad } from "./load.ts";
import { CONNECTION_NS, CONNECTION_ROW_BYTES } from "./measured.ts";

/**
 * What one partition gives and takes per second, in units.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
export const PARTITION = { reads: 3_000, writes: 1_000 } as const;

/** A query answers no more at once. Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html */
const PAGE_BYTES = 1_048_576;

/** The connections' rows, one each with all that it wants, which lie in one partition. */
export interface ConnectionsPlan {
  /** Requests that read them all once, page after page, and their units. */
  readonly pages: number;
  readonly readUnits: number;
  /** CPU of a flush to read them and to find what each connection is told. */
  readonly flushCpuSeconds: number;
  /** Units that it takes for all viewers to connect and subscribe. */
  readonly writeUnits: number;
}

/** What reading and writing the rows of a load's viewers takes. */
export const connectionsPlanOf = ({ viewerCount, symbolsPerViewer }: PlanLoad): ConnectionsPlan => {
  const rowBytes = CONNECTION_ROW_BYTES.head + symbolsPerViewer * CONNECTION_ROW_BYTES.want;
  const allBytes = viewerCount * rowBytes;
  return {
    pages: Math.max(1, Math.ceil(allBytes / PAGE_BYTES)),
    readUnits: strongReadUnits(allBytes),
    flushCpuSeconds: (viewerCount * (CONNECTION_NS.row + symbolsPerViewer * CONNECTION_NS.want)) / 1e9,
    writeUnits: viewerCount * (1 + writeUnitsOf(rowBytes)),
  };
};

/** One unit for each 4 KB. Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html */
export const strongReadUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 4_096));

/** One unit for each 1 KB of the whole item. Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html */
const writeUnitsOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1_024));
