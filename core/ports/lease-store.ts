import type { EpochMs } from "../units.ts";

/** The right to be the only run of `name` until `untilMs`, and what the runs hand on to each other. */
export interface Lease {
  readonly name: string;
  /** Who holds it: a fresh text per run. */
  readonly holder: string;
  readonly untilMs: EpochMs;
  /** JSON text that the last holder saved, undefined before the first save. Survives release and expiry. */
  readonly state: string | undefined;
}

/** Every method throws PipelineError TAPE_STORE_UNAVAILABLE when the store cannot be asked. */
export interface LeaseStore {
  /** Takes the lease if nobody holds it at `nowMs`, else returns undefined. The state of the last holder comes along. */
  acquire(request: { name: string; holder: string; nowMs: EpochMs; untilMs: EpochMs }): Promise<Lease | undefined>;

  /**
   * Saves `state` if `lease.holder` is still the last who took it, whether or not its time is over.
   * @throws PipelineError TAPE_LEASE_LOST when another took it since.
   */
  save(lease: Lease, state: string): Promise<void>;

  /** Gives the lease back, so that its time is over at `nowMs`; does nothing when another took it since. */
  release(lease: Lease, nowMs: EpochMs): Promise<void>;

  /** The lease as its last holder left it, undefined when nobody ever took it. May be a second old. */
  get(name: string): Promise<Lease | undefined>;
}
