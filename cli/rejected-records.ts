import type { KeptRejected } from "#core/ports/rejected-store.ts";
import { redriveRejected, type RejectedOutcome, type RejectedWork } from "#core/redrive/redrive-rejected.ts";
import type { Fault } from "#core/trade.ts";
import { sequenceDigits } from "#core/units.ts";
import { countOf, number, say } from "./output.ts";
import type { Place } from "./rejected-place.ts";

/** What is listed or put again, and how it is said. */
export interface Wanted {
  /** UTC days, the earliest first. */
  readonly days: readonly string[];
  /** Beginnings of shards' names; none for all. */
  readonly shards: readonly string[];
  /** So many lines, at most. */
  readonly limit: number;
  readonly isJson: boolean;
}

/** Prints the rejected records and totals. Returns the exit code. */
export const listRejected = async (place: Place, wanted: Wanted): Promise<number> => {
  const tally = new Tally();
  for await (const row of rowsOf(place, wanted)) {
    tally.add(row);
    if (tally.records <= wanted.limit) say(wanted.isJson ? JSON.stringify(jsonOf(row)) : textOf(row));
  }
  const { records } = tally;
  if (wanted.isJson) {
    say(JSON.stringify(tally.json()));
    return 0;
  }
  if (records > wanted.limit) say(`… and ${number(records - wanted.limit)} more`);
  if (records > 0) say("");
  for (const line of tally.lines(wanted.days)) say(line);
  return 0;
};

/** Puts again what can be true by now, and says of each record what came of it. Returns the exit code. */
export const redriveRecords = async (place: Place, wanted: Wanted): Promise<number> => {
  const { rejected, clock, stream, clockSkewMs } = place;
  await using sender = await place.openSender<RejectedWork>("rejected");
  const checkpoints = await place.checkpoints.list(stream);
  const deps = { sender, rejected, clock, stream, checkpoints, clockSkewMs };
  let [records, trades, failures] = [0, 0, 0];
  for await (const outcome of redriveRejected(deps, rowsOf(place, wanted))) {
    if (outcome.kind === "put") trades += outcome.tradeCount;
    if (outcome.kind === "failed") failures++;
    if (records++ < wanted.limit || outcome.kind === "failed")
      say(wanted.isJson ? JSON.stringify(outcomeJson(outcome)) : `${placeOf(outcome.row)}  ${outcomeText(outcome)}`);
  }
  if (wanted.isJson) say(JSON.stringify({ records, tradesPut: trades, failures }));
  else say(`put ${countOf(trades, "trade")} of ${countOf(records, "rejected record")} again`);
  if (failures > 0)
    process.stderr.write(`not all rejected records could be put again, ${number(failures)} could not: see above\n`);
  return failures > 0 ? 1 : 0;
};

/** The rejected records asked for, by day, shard and position. Shards are those that ever told how they stand. */
async function* rowsOf(place: Place, { days, shards }: Wanted): AsyncGenerator<KeptRejected> {
  const { stream, checkpoints, statuses, rejected } = place;
  const known = [...(await checkpoints.list(stream)), ...(await statuses.list(stream))].map(({ shard }) => shard);
  const meant = [...new Set(known)].filter(
    (shard) => shards.length === 0 || shards.some((beginning) => shard.startsWith(beginning)),
  );
  for (const day of days)
    for (const shard of meant.toSorted()) for (const row of await rejected.list(stream, shard, day)) yield row;
}

const placeOf = ({ arrivalTimeMs, shard, sequenceNumber }: KeptRejected): string =>
  `${new Date(arrivalTimeMs).toISOString().slice(0, 10)}  ${shard}  ${sequenceDigits(sequenceNumber)}`;

const textOf = (row: KeptRejected): string => {
  const redriven = row.redriven;
  const again =
    redriven === undefined
      ? ""
      : `; ${countOf(redriven.indexes.length, "trade")} put again ${new Date(redriven.atMs).toISOString()}`;
  return `${placeOf(row)}  ${refusedText(row)}${again}\n            ${startOf(row.bytes)}`;
};

const refusedText = ({ count, faults }: KeptRejected): string => {
  if (faults[0]?.index === -1) return `the whole record: ${faults[0].reason}`;
  return `${countOf(count, "trade")}: ${faultsText(faults)}${count > NAMED ? ` and ${number(count - NAMED)} more` : ""}`;
};

/** So many faults are named in a line. */
const NAMED = 3;

const faultsText = (faults: readonly Fault[]): string =>
  faults
    .slice(0, NAMED)
    .map(({ index, reason }) => (index === -1 ? reason : `${reason} at ${index}`))
    .join(", ");

const START_BYTES = 80;

/** The first bytes, what is no printable ASCII as `\xNN`. */
const startOf = (bytes: Uint8Array): string => {
  const start = Array.from(bytes.subarray(0, START_BYTES), (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`,
  ).join("");
  return bytes.length > START_BYTES ? `${start}… (${number(bytes.length)} bytes)` : start;
};

const jsonOf = (row: KeptRejected): unknown => {
  const { shard, sequenceNumber, arrivalTimeMs, count, faults, redriven, bytes } = row;
  return {
    day: new Date(arrivalTimeMs).toISOString().slice(0, 10),
    shard,
    sequenceNumber: sequenceDigits(sequenceNumber),
    arrivalTimeMs,
    count,
    faults,
    redriven,
    bytes: bytes.length,
    start: startOf(bytes),
  };
};

const outcomeText = (outcome: RejectedOutcome): string => {
  if (outcome.kind === "failed") return `not put again: ${outcome.problem}`;
  if (outcome.kind === "copy") return `holds a frame that another record brought, is marked, and nothing put again`;
  const { faults } = outcome;
  const more = faults.length > NAMED ? ` and ${number(faults.length - NAMED)} more` : "";
  const still = faults.length === 0 ? "" : `still refused: ${faultsText(faults)}${more}`;
  if (outcome.kind === "nothing") return still || "was put again before";
  return `put ${countOf(outcome.tradeCount, "trade")} again${still && `, ${still}`}`;
};

const outcomeJson = ({ row, ...outcome }: RejectedOutcome): unknown => ({
  shard: row.shard,
  sequenceNumber: sequenceDigits(row.sequenceNumber),
  ...outcome,
});

/** What all rejected records come to. */
class Tally {
  records = 0;
  #trades = 0;
  #redriven = 0;
  readonly #reasons = new Map<string, number>();

  add({ count, faults, redriven }: KeptRejected): void {
    this.records++;
    this.#trades += count;
    this.#redriven += redriven?.indexes.length ?? 0;
    for (const { reason } of faults) this.#count(reason, 1);
    if (count > faults.length) this.#count("not named", count - faults.length);
  }

  json(): unknown {
    const reasons = Object.fromEntries(this.#sorted());
    return { records: this.records, refused: this.#trades, reasons, tradesPutAgain: this.#redriven };
  }

  lines(days: readonly string[]): readonly string[] {
    const span = days.length === 1 ? days[0] : `${days[0]} to ${days.at(-1)}`;
    const [records, trades] = [countOf(this.records, "rejected record"), countOf(this.#trades, "refused trade")];
    if (this.records === 0) return [`nothing was rejected, ${span}`];
    return [
      `${records}, ${trades}, ${number(this.#redriven)} put again, ${span}`,
      ...this.#sorted().map(([reason, count]) => `  ${reason.padEnd(20)} ${number(count).padStart(9)}`),
    ];
  }

  #count(reason: string, count: number): void {
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + count);
  }

  #sorted(): [string, number][] {
    return [...this.#reasons].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
}
