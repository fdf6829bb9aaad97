import { concurrently } from "#core/concurrently.ts";
import type { SymbolRegister } from "#core/ports/symbol-register.ts";
import type { Keyspace } from "./client.ts";
import { putGreater } from "./registers.ts";
import { symbolLists } from "./symbol-lists.ts";

/**
 * The symbols in Amazon Keyspaces. What is seen is a register with a condition, for a time of writing that is days ago is
 * refused; it is a row of its own, for a condition upon an empty cell fails.
 */
export const openKeyspacesSymbolRegister = (keyspace: Keyspace): SymbolRegister => ({
  ...symbolLists(keyspace, "seen"),

  see: (symbols, dayMs) =>
    concurrently(symbols, keyspace.rowsInFlight, (symbol) =>
      putGreater(keyspace, {
        table: "symbols",
        key: { register: "seen", symbol },
        columns: { seen: new Date(dayMs) },
        register: "seen",
      }),
    ),
});
