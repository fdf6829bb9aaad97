import { ByteReader, ByteWriter } from "./bytes.ts";

/**
 * A producer never runs further than this ahead of its oldest unacknowledged frame, so that a number older than the
 * bitmap was acknowledged before, and is a duplicate.
 */
export const SEEN_FRAMES = 1_024;

/** So many producers are remembered: those whose frames came last. */
export const SEEN_PRODUCERS = 256;

interface ProducerFrames {
  greatest: number;
  /** Bit `number % SEEN_FRAMES` says whether `number` was seen, for the last SEEN_FRAMES numbers up to `greatest`. */
  readonly bits: Uint8Array;
}

/**
 * The frames that a shard has brought, per producer: the greatest number and a bitmap of the last {@link SEEN_FRAMES}.
 * It is a function of the shard's records up to a position, and must never be held against any other position.
 *
 * Bytes: per producer, the longest silent first: id as ASCII, greatest as varint, then one byte per eight numbers from
 * the greatest downwards.
 */
export class SeenFrames {
  /** In the order of their last frames, the longest silent first. */
  readonly #producers = new Map<string, ProducerFrames>();

  /** @throws RangeError when `bytes` were not written by {@link toBytes}. */
  static from(bytes: Uint8Array): SeenFrames {
    const seen = new SeenFrames();
    const reader = new ByteReader(bytes);
    while (!reader.isAtEnd) {
      const producer = reader.ascii();
      const frames = { greatest: reader.varint(), bits: new Uint8Array(SEEN_FRAMES / 8) };
      readBits(reader, frames);
      seen.#producers.set(producer, frames);
    }
    return seen;
  }

  /** Marks a frame as seen. Returns whether it is new. */
  add(producer: string, number: number): boolean {
    const frames = this.#producers.get(producer) ?? { greatest: -1, bits: new Uint8Array(SEEN_FRAMES / 8) };
    this.#producers.delete(producer);
    this.#producers.set(producer, frames);
    for (const silent of this.#producers.keys()) {
      if (this.#producers.size <= SEEN_PRODUCERS) break;
      this.#producers.delete(silent);
    }
    return mark(frames, number);
  }

  /** Whether the bitmap says that the frame was seen; false, too, for a number older than it. */
  has(producer: string, number: number): boolean {
    const frames = this.#producers.get(producer);
    if (frames === undefined || number > frames.greatest || number < oldest(frames.greatest)) return false;
    return has(frames.bits, number);
  }

  /** Adds all that `other` has seen. */
  addAll(other: SeenFrames): void {
    for (const [producer, frames] of other.#producers) {
      for (const number of numbersOf(frames)) this.add(producer, number);
    }
  }

  toBytes(): Uint8Array {
    const writer = new ByteWriter();
    for (const [producer, frames] of this.#producers) {
      writer.ascii(producer);
      writer.varint(frames.greatest);
      writeBits(writer, frames);
    }
    return writer.toBytes();
  }
}

const has = (bits: Uint8Array, number: number): boolean => {
  const bit = number % SEEN_FRAMES;
  return (bits[bit >> 3]! & (1 << (bit & 7))) !== 0;
};

const set = (bits: Uint8Array, number: number, isSeen: boolean): void => {
  const bit = number % SEEN_FRAMES;
  if (isSeen) bits[bit >> 3]! |= 1 << (bit & 7);
  else bits[bit >> 3]! &= ~(1 << (bit & 7));
};

const mark = (frames: ProducerFrames, number: number): boolean => {
  if (number > frames.greatest) {
    if (number - frames.greatest >= SEEN_FRAMES) frames.bits.fill(0);
    else for (let skipped = frames.greatest + 1; skipped < number; skipped++) set(frames.bits, skipped, false);
    frames.greatest = number;
  } else if (number <= frames.greatest - SEEN_FRAMES || has(frames.bits, number)) return false;
  set(frames.bits, number, true);
  return true;
};

/** The lowest number that the bitmap still speaks of. */
const oldest = (greatest: number): number => Math.max(greatest - SEEN_FRAMES + 1, 0);

const numbersOf = ({ greatest, bits }: ProducerFrames): number[] => {
  const numbers: number[] = [];
  for (let number = oldest(greatest); number <= greatest; number++) if (has(bits, number)) numbers.push(number);
  return numbers;
};

const writeBits = (writer: ByteWriter, { greatest, bits }: ProducerFrames): void => {
  for (let number = greatest; number >= oldest(greatest); number -= 8) {
    let byte = 0;
    for (let i = 0; i < 8 && number - i >= oldest(greatest); i++) if (has(bits, number - i)) byte |= 1 << i;
    writer.byte(byte);
  }
};

const readBits = (reader: ByteReader, { greatest, bits }: ProducerFrames): void => {
  for (let number = greatest; number >= oldest(greatest); number -= 8) {
    const byte = reader.byte();
    for (let i = 0; i < 8 && number - i >= oldest(greatest); i++) set(bits, number - i, (byte & (1 << i)) !== 0);
  }
};
