/** Counts what may cause more to happen, so that "nothing has happened since" can be told. */
export class Activity {
  #count = 0;

  /** How much has happened so far. */
  get count(): number {
    return this.#count;
  }

  /** Something happened. */
  touch(): void {
    this.#count++;
  }
}
