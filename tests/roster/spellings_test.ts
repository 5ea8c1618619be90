/** In which spellings an address of the vault is found, and in which texts it is not. */
import assert from "node:assert/strict";
import { namesAddress } from "../../transport/spellings.ts";

Deno.test("an address is found in any spelling that a client takes", () => {
  const rows: Readonly<Record<string, readonly string[]>> = {
    "http://localhost:9419": [
      "http://localhost:9419/v1",
      "http:/localhost:9419",
      "http:localhost:9419/v1",
      "http:\\\\localhost:9419\\v1",
      "HTTPS:/127.1:9419",
      "see [the vault](http://127.0.0.1:9419/v1)",
      "[http://127.0.0.1:9419](x)",
      "a,http://me:x@[::1]:09419/v1;b",
      "HTTP_PROXY=127.0.0.1:9419",
      "socks5://localhost:9419",
    ],
    "http://localhost": [
      "http://127.0.0.1/v1",
      "http:localhost",
      "localhost:80",
      "HTTP://LocalHost",
    ],
    "https://vault.example": [
      "https://VAULT.example:443/",
      "vault.example:80443 https:vault.example",
    ],
    "localhost:9419": ["http://127.0.0.1:9419", "[::1]:9419", "LOCALHOST:9419"],
    "/run/terok/vault.sock": ["unix:///run/terok/vault.sock", "/run//terok/./vault.sock"],
  };
  for (const [address, texts] of Object.entries(rows)) {
    for (const text of texts) assert.ok(namesAddress(text, address), `${text}: ${address}`);
  }
});

Deno.test("a text that only looks like it is none", () => {
  const rows: Readonly<Record<string, readonly string[]>> = {
    "http://localhost:9419": [
      "http://localhost:94190/v1",
      "http:localhost:94190",
      "localhost 9419",
      "http:9419",
      "9419:localhost:80",
      "[9419](http://localhost)",
      "http://vault.example:9419",
      "file:/localhost:9419",
    ],
    // A name alone is a word, and no address.
    "http://localhost": ["run it on localhost", "localhost", "127.0.0.1", "https://localhost"],
    "https://vault.example": ["the host vault.example", "http://vault.example"],
    "/run/terok/vault.sock": ["/srv/run/terok/vault.sock", "/run/terok/vault.sock.old"],
  };
  for (const [address, texts] of Object.entries(rows)) {
    for (const text of texts) assert.ok(!namesAddress(text, address), `${text}: ${address}`);
  }
});
