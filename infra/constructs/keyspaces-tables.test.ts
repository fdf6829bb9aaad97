import { expect, test } from "vitest";
import { paneTable, paneTableCql, schemaSteps } from "#adapters/cassandra/schema.ts";
import { intervalText } from "#core/interval.ts";
import { durationMs } from "#core/units.ts";
import { KEYSPACES_TABLES, PANES_TABLE, panesTableName, type KeyspacesTable } from "./keyspaces-tables.ts";

const hour = durationMs(3_600_000);

/** A table as the migrations make it. */
const readCreation = (statement: string): readonly [string, KeyspacesTable] => {
  const [, name, body] = /^CREATE TABLE IF NOT EXISTS ks\.(\w+) \(([^]*?)\)\s*(?:WITH [^]*)?$/.exec(statement) ?? [];
  const single = / (text) PRIMARY KEY/.exec(body!);
  const columnsText = body!.replace(/,?\s*PRIMARY KEY( \([^]*\))?/, "");
  const types = new Map(
    columnsText.split(/,(?![^<]*>)/).map((column) => {
      const [, column_, type] = /^\s*(\w+) ([^]+?)\s*$/.exec(column)!;
      return [column_!, type!] as const;
    }),
  );
  const [, partition, clustering] = single
    ? ["", [...types.keys()][0]!, ""]
    : /PRIMARY KEY \((\([^)]*\)|\w+),? ?([^)]*)\)/.exec(body!)!;
  const typed = (names: string): Record<string, string> =>
    Object.fromEntries([...names.matchAll(/\w+/g)].map(([each]) => [each, types.get(each)!]));
  const table = { partitionKey: typed(partition), clustering: typed(clustering) };
  const keys = new Set([...Object.keys(table.partitionKey), ...Object.keys(table.clustering)]);
  return [name!, { ...table, regular: Object.fromEntries([...types].filter(([each]) => !keys.has(each))) }];
};

/** The tables that `statements` make, and the columns that they add to them. */
const readTables = (statements: readonly string[]): Readonly<Record<string, KeyspacesTable>> => {
  const tables = new Map<string, KeyspacesTable>();
  for (const statement of statements) {
    const [, name, column, type] = /^ALTER TABLE ks\.(\w+) ADD IF NOT EXISTS (\w+) (\w+)$/.exec(statement) ?? [];
    if (name === undefined) tables.set(...readCreation(statement));
    else tables.set(name, withColumn(tables.get(name)!, column!, type!));
  }
  return Object.fromEntries(tables);
};

const withColumn = (table: KeyspacesTable, name: string, type: string): KeyspacesTable => ({
  ...table,
  regular: { ...table.regular, [name]: type },
});

test("Keyspaces has the tables of the migrations, column by column", () => {
  const steps = schemaSteps({ keyspace: "ks", replicas: 1, dataCenter: "dc", intervals: [], rejectedKeepMs: hour });
  const { tickets, ...tables } = readTables(steps.flat());
  expect(tables).toEqual(KEYSPACES_TABLES);
  // Connections and their tickets are in DynamoDB on AWS.
  expect(tickets).toBeDefined();
  expect(readCreation(paneTableCql("ks", "panes_1m", hour))).toEqual(["panes_1m", PANES_TABLE]);
  const minute = durationMs(60_000);
  expect(panesTableName(intervalText(minute))).toBe(paneTable(minute));
});
