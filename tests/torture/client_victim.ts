/**
 * The program beside clients: it applies without end, each time for another address, until its
 * standard input ends. Then it prints a {@linkcode VictimAccount}: from when to when an edit of
 * somebody else could be missed, from the last look at a file to its replacement.
 */
import { main } from "../../cli/main.ts";

/** What the program did. */
export interface VictimAccount {
  readonly runs: number;
  /** Runs that could not serve everybody. */
  readonly failed: number;
  /** By replacement, in milliseconds since the epoch. */
  readonly windows: readonly {
    readonly path: string;
    readonly from: number;
    readonly to: number;
  }[];
}

const windows: { path: string; from: number; to: number }[] = [];
const looked = new Map<string, number>();
const { lstatSync, renameSync, removeSync } = Deno;
Deno.lstatSync = (path) => {
  looked.set(String(path), Date.now());
  return lstatSync(path);
};
Deno.renameSync = (from, to) => {
  renameSync(from, to);
  replaced(String(to));
};
Deno.removeSync = (path, options) => {
  removeSync(path, options);
  replaced(String(path));
};

function replaced(path: string): void {
  const from = looked.get(path);
  if (from !== undefined && /config\.\w+$/.test(path)) {
    windows.push({ path, from, to: Date.now() + 1 });
  }
}

let over = false;
const ended = Deno.stdin.read(new Uint8Array(1)).then(() => over = true);
let runs = 0;
let failed = 0;
while (!over) {
  const port = ["--direct", "--token-broker-port", String(1000 + runs % 7)];
  if (await main(["apply", "--quiet", ...port, ...Deno.args]) !== 0) failed++;
  runs++;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await ended;
const account: VictimAccount = { runs, failed, windows };
console.log(`ACCOUNT ${JSON.stringify(account)}`);
