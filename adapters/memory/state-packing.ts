import type { StatePacking } from "#core/ports/state-packing.ts";

/** Leaves a state as it is. */
export const plainPacking: StatePacking = { pack: (bytes) => bytes, unpack: (packed) => packed };
