import { ByteWriter } from "../bytes.ts";
import { utf8Bytes } from "../utf8.ts";
import { WIRE } from "./fields.ts";

/** Writes protobuf fields; packed columns are gathered value by value, then written with their length. */
export class FieldWriter {
  readonly #message: ByteWriter;
  readonly #column: ByteWriter;

  /** Begins with room for a message and a column of so many bytes; either grows. */
  constructor(messageBytes: number, columnBytes: number) {
    this.#message = new ByteWriter(messageBytes);
    this.#column = new ByteWriter(columnBytes);
  }

  toBytes(): Uint8Array {
    return this.#message.toBytes();
  }

  /** Left out when it is 0. */
  unsigned(field: number, value: number): void {
    if (value === 0) return;
    this.#message.varint(field * 8 + WIRE.varint);
    this.#message.varint(value);
  }

  /** Left out when it is 0. */
  signed(field: number, value: number): void {
    if (value === 0) return;
    this.#message.varint(field * 8 + WIRE.varint);
    this.#message.zigzag(value);
  }

  /** Left out when it is empty. */
  bytes(field: number, value: Uint8Array): void {
    if (value.length > 0) this.#element(field, value);
  }

  /** An element of a repeated field, written even when it is empty. */
  text(field: number, value: string): void {
    this.#element(field, utf8Bytes(value));
  }

  /** The same bytes as {@link text}, sooner. @throws RangeError beyond ASCII. */
  ascii(field: number, value: string): void {
    this.#message.varint(field * 8 + WIRE.bytes);
    this.#message.ascii(value);
  }

  /** Adds a value to the column in the making. */
  value(value: number): void {
    this.#column.varint(value);
  }

  /** Adds a signed value to the column in the making. */
  difference(value: number): void {
    this.#column.zigzag(value);
  }

  /** Writes the column in the making, unless it is empty, and begins another. */
  values(field: number): void {
    this.bytes(field, this.#column.view());
    this.#column.truncate(0);
  }

  #element(field: number, value: Uint8Array): void {
    this.#message.varint(field * 8 + WIRE.bytes);
    this.#message.varint(value.length);
    this.#message.bytes(value);
  }
}
