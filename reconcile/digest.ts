/** Digests of texts, by which the state tells what a crash has left. @module */

/** The SHA-256 of a text in hexadecimal digits; that of no text is the empty string. */
export async function textDigest(text: string | undefined): Promise<string> {
  if (text === undefined) return "";
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
