/** Runs the command line, and ends its output with what it cost this process. @module */
import process from "node:process";
import { main } from "../cli/main.ts";

const exit = await main(Deno.args);
const { user, system } = process.cpuUsage();
const status = Deno.readTextFileSync("/proc/self/status");
const [, kib = "NaN"] = /^VmHWM:\s*(\d+)/m.exec(status) ?? [];
console.log(JSON.stringify({ cpu: (user + system) / 1000, peak: Number(kib) / 1024, exit }));
