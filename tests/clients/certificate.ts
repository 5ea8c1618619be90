/** A certificate for the vault's TLS port, made for one run; nobody else trusts it. */
import type { Doors } from "./vault.ts";

/** `undefined` where there is no openssl: then there is no TLS port. */
export async function certificate(port: number): Promise<Doors["tls"]> {
  const directory = await Deno.makeTempDir();
  try {
    const { success } = await new Deno.Command("openssl", {
      args: [
        ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
        ...["-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost"],
        ...["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        // A certificate of an authority is not taken for that of a server.
        ...["-addext", "basicConstraints=critical,CA:FALSE"],
      ],
      cwd: directory,
      stdout: "null",
      stderr: "null",
    }).output();
    if (!success) return undefined;
    const [cert, key] = await Promise.all(
      ["cert.pem", "key.pem"].map((name) => Deno.readTextFile(`${directory}/${name}`)),
    );
    return cert === undefined || key === undefined ? undefined : { port, cert, key };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
