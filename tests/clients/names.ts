/** A name server that knows no name, and remembers who was asked for. */
import dgram from "node:dgram";

const HEADER = 12;

/** Answers NXDOMAIN on 127.0.0.1:53, once it listens; each name is handed to `log`. */
export function openNameServer(log: (name: string) => void): Promise<void> {
  const server = dgram.createSocket("udp4");
  server.on("message", (query, sender) => {
    const name = nameIn(query);
    if (name === undefined) return;
    log(name.text);
    server.send(refusal(query.subarray(0, name.end)), sender.port, sender.address);
  });
  return new Promise((resolve) => server.bind(53, "127.0.0.1", () => resolve()));
}

/** The name that a query asks for, and where its question ends. */
function nameIn(query: Uint8Array): { text: string; end: number } | undefined {
  const labels: string[] = [];
  let at = HEADER;
  while (at < query.length) {
    const length = query[at] ?? 0;
    // Behind the name: two bytes of type, two of class.
    if (length === 0) return { text: labels.join(".").toLowerCase(), end: at + 5 };
    labels.push(new TextDecoder().decode(query.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  return undefined;
}

/** The query's header and question, as the answer that there is no such name. */
function refusal(question: Uint8Array): Uint8Array {
  const reply = Uint8Array.from(question);
  reply.set([0x81, 0x83], 2);
  // One question; no answers, authorities or additional records.
  reply.set([0, 1, 0, 0, 0, 0, 0, 0], 4);
  return reply;
}
