/** The partitions that a worker follows, each by one follower at a time: the next begins when the one before it is done. */
export class FollowedPartitions implements AsyncDisposable {
  readonly #follow: (partition: number, signal: AbortSignal) => Promise<void>;
  readonly #mine = new Map<number, AbortController>();
  /** By partition, when all that have followed it so far are done: also of those that were given up. */
  readonly #done = new Map<number, Promise<void>>();
  #isOver = false;

  /** @param follow Follows a partition until the signal says that it is another's, and stores what it holds. Never rejects. */
  constructor(follow: (partition: number, signal: AbortSignal) => Promise<void>) {
    this.#follow = follow;
  }

  get partitions(): readonly number[] {
    return [...this.#mine.keys()].toSorted((a, b) => a - b);
  }

  /** Follows these from now on and no others; nothing once it is over. */
  share(partitions: readonly number[]): void {
    if (this.#isOver) return;
    this.#leave(this.partitions.filter((partition) => !partitions.includes(partition)));
    for (const partition of partitions) if (!this.#mine.has(partition)) this.#begin(partition);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#leave(this.partitions);
    await Promise.all(this.#done.values());
  }

  #begin(partition: number): void {
    const abort = new AbortController();
    this.#mine.set(partition, abort);
    const before = this.#done.get(partition) ?? Promise.resolve();
    const begin = async (): Promise<void> => {
      if (!abort.signal.aborted) await this.#follow(partition, abort.signal);
    };
    this.#done.set(partition, before.then(begin));
  }

  #leave(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.#mine.get(partition)?.abort();
      this.#mine.delete(partition);
    }
  }
}
