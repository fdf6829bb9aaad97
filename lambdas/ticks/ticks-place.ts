/** What a stage's configuration says of the ticks stream: its name, and the brokers of the cluster whose topic it is. */
export interface TicksPlace {
  readonly ticksStream: string;
  readonly ticksBrokers?: string | undefined;
}
