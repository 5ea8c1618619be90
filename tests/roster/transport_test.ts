/** Where the vault is, and the tokens that name it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigPatchError, type ErrorCode } from "../../errors.ts";
import { type ConfigValue, OpaqueScalar } from "../../formats/types.ts";
import { sameValue, tableOf } from "../../formats/value.ts";
import {
  checkLocation,
  checkTokens,
  hasToken,
  knownLocations,
  knownValues,
  type LocationOptions,
  LOOPBACK_VAULT_PORT,
  resolveVaultLocation,
  socketTransport,
  substitute,
  tcpTransport,
  type VaultLocation,
} from "../../transport/mod.ts";

const HERE: VaultLocation = { url: "http://u:1/p", socket: "/s", tlsUrl: "https://u:2" };
const TLS = "https://localhost:9420";

Deno.test("without options the vault is reached through the mounted socket", () => {
  assert.deepEqual(resolveVaultLocation(), {
    url: `http://localhost:${LOOPBACK_VAULT_PORT}`,
    socket: "/run/terok/vault.sock",
    tlsUrl: TLS,
  });
  assert.equal(LOOPBACK_VAULT_PORT, 9419);
});

Deno.test("a token broker's port changes the socket, and the URL only in the direct form", () => {
  assert.deepEqual(resolveVaultLocation({ tokenBrokerPort: 18731 }), {
    url: "http://localhost:9419",
    socket: "/tmp/terok-vault.sock",
    tlsUrl: TLS,
  });
  assert.deepEqual(resolveVaultLocation({ tokenBrokerPort: 18731, direct: true }), {
    url: "http://host.containers.internal:18731",
    socket: "/tmp/terok-vault.sock",
    tlsUrl: TLS,
  });
});

Deno.test("a port alone is a short form, and null is as good as nothing", () => {
  const tcp = resolveVaultLocation({ tokenBrokerPort: 18731 });
  assert.deepEqual(resolveVaultLocation(18731), tcp);
  const { tokenBrokerPort, direct, url, socket, tlsUrl, transport } = {
    tokenBrokerPort: null,
    direct: null,
    url: null,
    socket: null,
    tlsUrl: null,
    transport: null,
  };
  for (
    const nothing of [
      undefined,
      null,
      {},
      { tokenBrokerPort, direct, url, socket, tlsUrl, transport },
    ]
  ) assert.deepEqual(resolveVaultLocation(nothing), socketTransport.location);
  for (const transport of [{}, 5, "tcp", { location: null }, { location: "x" }]) {
    const given = { transport } as unknown as LocationOptions;
    refused(() => resolveVaultLocation(given), "option", /give an object with `url`/);
  }
  for (const key of ["tokenBrokerPort", "url", "socket", "tlsUrl"]) {
    for (const value of [10n, {}, true, Symbol("x")]) {
      refused(() => resolveVaultLocation({ [key]: value }), "option", /give|leave|use/);
    }
  }
  for (const given of ["18731", true, 18731n, () => 1]) {
    refused(() => resolveVaultLocation(given as unknown as number), "option", /as a number/);
  }
  refused(() => resolveVaultLocation(0), "option", /1 to 65535/);
  const text = { tokenBrokerPort: "18731" as unknown as number };
  refused(() => resolveVaultLocation(text), "option", /1 to 65535/);
});

Deno.test("a port is a whole number from 1 to 65535", () => {
  for (const port of [1, 9419, 65535]) resolveVaultLocation({ tokenBrokerPort: port });
  for (const port of [0, -1, 65536, 1.5, NaN, Infinity]) {
    refused(() => resolveVaultLocation({ tokenBrokerPort: port }), "option", /1 to 65535/);
  }
});

Deno.test("options that contradict each other are refused", () => {
  refused(() => resolveVaultLocation({ direct: true }), "option", /port/);
  const transport = { name: "mine", location: HERE };
  assert.deepEqual(resolveVaultLocation({ transport, direct: false }), HERE);
  refused(() => resolveVaultLocation({ transport, tokenBrokerPort: 1 }), "option", /either/);
  refused(() => resolveVaultLocation({ transport, direct: true }), "option", /either/);
});

Deno.test("addresses of a transport of one's own are checked too", () => {
  const location = { ...HERE, url: "http://mine:1/" };
  refused(() => resolveVaultLocation({ transport: { name: "m", location } }), "option", /slash/);
});

Deno.test("an address that is given wins, and an empty one means that there is none", () => {
  const options = { tokenBrokerPort: 1, url: "https://vault/x", socket: "", tlsUrl: "" };
  assert.deepEqual(resolveVaultLocation(options), {
    url: "https://vault/x",
    socket: "",
    tlsUrl: "",
  });
  assert.equal(resolveVaultLocation({ url: "" }).url, "");
});

Deno.test("a URL is a scheme, an authority and perhaps a path, and nothing is stripped", () => {
  for (
    const url of [
      "http://localhost",
      "http://localhost:80",
      "https://vault.example/a/b",
      "http://127.0.0.1:9419",
      "http://[::1]:9419/v",
    ]
  ) assert.equal(resolveVaultLocation({ url }).url, url);
  for (
    const url of [
      "http://localhost:9419/",
      "http://localhost/a/",
      "http://localhost:",
      "http://localhost:0",
      "http://localhost:65536",
      "http://localhost:9419 ",
      " http://localhost",
      "http://local host",
      "http://localhost\n",
      "http://localhost?x",
      "http://localhost#x",
      "http://me:secret@localhost",
      "http://",
      "http:///x",
      "localhost:9419",
      "ftp://localhost",
      "HTTP://localhost",
      "http:\\\\localhost",
      "http://bücher.example",
      "javascript:alert(1)",
      "unix:/run/vault.sock",
    ]
  ) refused(() => resolveVaultLocation({ url }), "option", /http:|slash/);
});

Deno.test("the slash at an URL's end is blamed only where it is what is wrong", () => {
  refused(
    () => resolveVaultLocation({ url: "http://localhost:9419/" }),
    "option",
    /leave out the slash/,
  );
  for (const url of ["http://", "http://user:secret@host/", "ftp://host/", "http://{vault_url}"]) {
    refused(() => resolveVaultLocation({ url }), "option", /give http/);
  }
});

Deno.test("the address for clients that refuse http is https", () => {
  const tlsUrl = "https://vault.example:1/p";
  assert.equal(resolveVaultLocation({ tlsUrl }).tlsUrl, tlsUrl);
  refused(() => resolveVaultLocation({ tlsUrl: "http://localhost:1" }), "option", /https:/);
  refused(() => resolveVaultLocation({ tlsUrl: "https://h:1/" }), "option", /slash/);
});

Deno.test("a socket is an absolute path", () => {
  for (const socket of ["/s", "/run/terok/vault/vault.sock", "/with space"]) {
    assert.equal(resolveVaultLocation({ socket }).socket, socket);
  }
  for (const socket of ["s", "./s", "~/s", "/", "/run/", "/a\0b", "/a\nb", "/\ud800", " /s"]) {
    refused(() => resolveVaultLocation({ socket }), "option", /absolute path/);
  }
});

Deno.test("a socket's path fits into an address of Linux", () => {
  const longest = `/${"a".repeat(106)}`;
  assert.equal(resolveVaultLocation({ socket: longest }).socket, longest);
  for (const socket of [`${longest}a`, `/${"ä".repeat(54)}`]) {
    refused(() => resolveVaultLocation({ socket }), "option", /107 bytes/);
  }
});

Deno.test("a location made by hand is checked as one that was resolved", () => {
  assert.deepEqual(checkLocation(HERE), HERE);
  for (
    const location of [
      { url: "javascript:1", socket: "/s" },
      { url: "http://localhost:9419/", socket: "/s" },
      { url: "http://localhost:9419", socket: "s" },
      { url: "http://localhost:9419" },
      { socket: "/s" },
    ]
  ) refused(() => checkLocation(location as VaultLocation), "option", /./);
});

Deno.test("known are the given location and the defaults, each once", () => {
  const socket = socketTransport.location;
  const tcp = tcpTransport(7).location;
  const newer = { ...socket, socket: "/run/terok/vault/vault.sock" };
  assert.deepEqual(knownLocations(HERE), [HERE, socket, tcp, newer]);
  assert.deepEqual(knownLocations(socket), [socket, tcp, newer]);
  assert.deepEqual(knownLocations(tcp), [tcp, socket, newer]);
  const direct = resolveVaultLocation({ tokenBrokerPort: 7, direct: true });
  assert.deepEqual(knownLocations(direct), [direct, socket, tcp, newer]);
});

Deno.test("each token stands for its address, in both spellings", () => {
  for (
    const [template, value] of [
      ["{vault_url}/v1", "http://u:1/p/v1"],
      ["{vault_socket}", "/s"],
      ["{vault_host}", "u:1"],
      ["{vault_tls_url}/x", "https://u:2/x"],
      ["{{ vault_tls_url }}", "https://u:2"],
      ["{{vault_url}}", "http://u:1/p"],
      ["{{ vault_url }}", "http://u:1/p"],
      ["{{\tvault_host}}", "u:1"],
      ["{{vault_socket   }}", "/s"],
      ["{vault_url}|{vault_socket}|{{vault_url}}", "http://u:1/p|/s|http://u:1/p"],
      ["{{{vault_socket}}}", "{/s}"],
      ["${vault_socket}", "$/s"],
    ]
  ) assert.equal(substitute(template as string, HERE), value);
});

Deno.test("text in braces that is not ours passes", () => {
  for (
    const text of [
      "{env:KEY}",
      "{env:vault_url}",
      "${VAULT_URL}",
      "{}",
      "{{ x }}",
      "{ vault }",
      "vault_url",
      "{vault-url}",
      "{proxy_url_of_mine}",
      "}vault_url{",
      "",
    ]
  ) {
    assert.equal(substitute(text, HERE), text);
    assert.equal(hasToken(text), false, text);
  }
});

Deno.test("a slip of a token is refused and named", () => {
  for (
    const [text, remedy] of [
      ["{vault_ulr}", /did you mean \{vault_url\}/],
      ["{{ vault_sockets }}", /did you mean \{vault_socket\}/],
      ["x{vault_address}", /known are \{vault_url\}, \{vault_socket\}, \{vault_tls_url\}, /],
      ["{ vault_url }", /did you mean \{vault_url\}/],
      ["{{ vault_url }", /did you mean \{vault_url\}/],
      ["{vault_url", /did you mean \{vault_url\}/],
      ["{{ vault_url | upper }}", /known are/],
      ["{vault_}", /known are/],
      ["{proxy_url}/v1", /did you mean \{vault_url\}/],
      ["{{ proxy_url }}", /did you mean \{vault_url\}/],
      ["{vault___proto__}", /known are/],
    ] as const
  ) {
    assert.equal(hasToken(text), true, text);
    const error = refused(() => substitute(text, HERE), "roster", remedy);
    assert.ok(error.message.includes("vault_") || text.includes("proxy"), error.message);
    refused(() => checkTokens([{ a: text }]), "roster", remedy);
  }
  checkTokens(["{vault_url}", 1n, null]);
});

Deno.test("a token in other letters is a slip; behind a dollar sign it is a variable of the client's", () => {
  const slips: Readonly<Record<string, string>> = {
    "{VAULT_URL}/v1": "vault_url",
    "{Vault_Url}": "vault_url",
    "{vaultUrl}": "vault_url",
    "{vault-socket}": "vault_socket",
    "{{ VAULT_TLS_URL }}": "vault_tls_url",
    "{vault_url}{VAULT_HOST}": "vault_host",
  };
  for (const [text, token] of Object.entries(slips)) {
    refused(() => checkTokens({ a: [text] }), "roster", new RegExp(`did you mean \\{${token}\\}`));
  }
  for (
    const text of ["${VAULT_URL}/v1", "{env:VAULT_URL}", "{vaults}", "{VAULT}", "{{ .VaultUrl }}"]
  ) checkTokens(text);
});

Deno.test("tokens are replaced at any depth, in values and not in keys", () => {
  const date = new OpaqueScalar("local-date", "{vault_url}");
  const value: ConfigValue = tableOf([
    ["{vault_url}", ["{vault_url}", tableOf([["__proto__", "{vault_socket}"]])]],
    ["n", 1n],
    ["f", 1],
    ["none", null],
    ["yes", true],
    ["date", date],
  ]);
  const expected = tableOf([
    ["{vault_url}", ["http://u:1/p", tableOf([["__proto__", "/s"]])]],
    ["n", 1n],
    ["f", 1],
    ["none", null],
    ["yes", true],
    ["date", date],
  ]);
  assert.ok(sameValue(substitute(value, HERE), expected));
  assert.equal(hasToken(value), true);
  assert.equal(hasToken(tableOf([["{vault_url}", 1n]])), false);
});

Deno.test("what a token stands for is not searched for tokens again", () => {
  const location = { ...HERE, url: "http://u", socket: "/{vault_url}$&$1" };
  assert.equal(substitute("{vault_socket}{vault_url}", location), "/{vault_url}$&$1http://u");
});

Deno.test("a token without an address is an error that names the option", () => {
  const none = { url: "", socket: "", tlsUrl: "" };
  refused(() => substitute("{vault_url}", none), "location", /--vault-url URL/);
  refused(() => substitute("{vault_host}", none), "location", /--vault-url URL/);
  refused(() => substitute("{vault_tls_url}", none), "location", /--vault-tls-url URL/);
  refused(() => substitute(["{{ vault_socket }}"], none), "location", /--vault-socket PATH/);
  assert.equal(substitute("plain", none), "plain");
});

Deno.test("known values are what the template gives where its addresses exist", () => {
  assert.deepEqual(knownValues("{vault_host}/x", HERE), [
    "u:1/x",
    "localhost:9419/x",
  ]);
  assert.deepEqual(knownValues("{vault_socket}", { ...HERE, socket: "" }), [
    "/run/terok/vault.sock",
    "/tmp/terok-vault.sock",
    "/run/terok/vault/vault.sock",
  ]);
  assert.deepEqual(knownValues("{vault_tls_url}/v1", HERE), ["https://u:2/v1", `${TLS}/v1`]);
  assert.deepEqual(knownValues("MISTRAL_API_KEY", HERE), []);
  refused(() => knownValues("{vault_x}", HERE), "roster", /known are/);
});

Deno.test("a text between tokens stays as it is", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "{", "}", " ", "$", "/", "vault", "_") })
    .filter((text) => !/\{\s*vault_/.test(text) && !/\{\s*$/.test(text));
  fc.assert(
    fc.property(word, word, fc.constantFrom("url", "socket", "host"), (before, after, token) => {
      const address = String(substitute(`{vault_${token}}`, HERE));
      assert.equal(substitute(`${before}{vault_${token}}${after}`, HERE), before + address + after);
      assert.equal(
        substitute(`${before}{{ vault_${token} }}${after}`, HERE),
        before + address + after,
      );
    }),
    { seed: 20261124, numRuns: 300 },
  );
});

function refused(act: () => unknown, code: ErrorCode, remedy: RegExp): ConfigPatchError {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof ConfigPatchError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.remedy ?? "", remedy);
    return error;
  }
  return assert.fail("it was accepted");
}
