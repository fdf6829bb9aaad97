import { Construct } from "constructs";
import type { TapestreamConfig } from "../config.ts";
import { AlarmTopic } from "./alarm-topic.ts";
import { Alarms } from "./alarms.ts";
import { SpendingLimit } from "./spending-limit.ts";
import { WatchBoard } from "./watch-board.ts";
import type { Watched } from "./watched.ts";

export interface WatchProps {
  readonly config: TapestreamConfig;
  readonly watched: Watched;
}

/** Alarms, whom they are mailed to, the operator's dashboard, and the budget. */
export class Watch extends Construct {
  readonly board: WatchBoard;

  constructor(scope: Construct, id: string, { config, watched }: WatchProps) {
    super(scope, id);
    const { alarmEmail: email, monthlyBudgetDollars: monthlyDollars } = config;
    const topic = email === "" ? undefined : new AlarmTopic(this, "Topic", { email });
    const alarms = new Alarms(this, "Alarms", { watched, ...(topic === undefined ? {} : { topic }) });
    this.board = new WatchBoard(this, "Board", { watched, alarms });
    if (monthlyDollars > 0) new SpendingLimit(this, "SpendingLimit", { monthlyDollars, email });
  }
}
