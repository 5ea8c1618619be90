/** The stand-in vault: on the loopback port, on the TLS port and on the Unix socket; logs all. */
import { answer } from "./answers.ts";

/** One request that reached the vault. */
export interface Request {
  readonly door: "port" | "tls" | "socket";
  /** `POST /v1/messages`, without the query. */
  readonly line: string;
  /** The credential that came along, as the client sent it. */
  readonly credential: string | undefined;
}

/** Where the vault listens. */
export interface Doors {
  readonly port: number;
  readonly socket: string;
  /** Without a certificate, there is no TLS port. */
  readonly tls: { readonly port: number; readonly cert: string; readonly key: string } | undefined;
}

/** Opens all doors; every request is handed to `log` before it is answered. */
export function openVault(doors: Doors, log: (request: Request) => void): void {
  const at = (door: Request["door"]) => async (request: globalThis.Request) => {
    const path = new URL(request.url, "http://vault").pathname;
    const { method, headers } = request;
    log({ door, line: `${method} ${path}`, credential: credentialOf(headers) });
    return answer({
      method,
      path,
      upgrade: headers.has("upgrade"),
      accept: headers.get("accept") ?? "",
      body: await bodyOf(request),
    });
  };
  const onListen = () => {};
  // "localhost" may mean either address.
  for (const hostname of ["127.0.0.1", "::1"]) {
    Deno.serve({ hostname, port: doors.port, onListen }, at("port"));
    if (doors.tls !== undefined) {
      Deno.serve({ hostname, onListen, ...doors.tls }, at("tls"));
    }
  }
  Deno.serve({ path: doors.socket, transport: "unix", onListen }, at("socket"));
}

function credentialOf(headers: Headers): string | undefined {
  return headers.get("authorization") ?? headers.get("x-api-key") ??
    headers.get("x-goog-api-key") ?? headers.get("private-token") ?? undefined;
}

async function bodyOf(request: globalThis.Request): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await request.json();
    return typeof body === "object" && body !== null ? { ...body } : {};
  } catch {
    return {};
  }
}
