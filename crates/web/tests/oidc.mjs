// A real OpenID provider on loopback for tests: the npm package `oidc-provider`, with its own pages.
import http from "node:http";
import Provider from "oidc-provider";

const groups = { ada: ["privacy-team"], bo: ["builders", "others"], eve: [] };
const server = http.createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "privet",
      client_secret: "a secret: with/odd=characters",
      redirect_uris: [process.argv[1]],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    }],
    conformIdTokenClaims: false,
    scopes: ["openid", "profile", "email", "groups"],
    claims: { openid: ["sub"], profile: ["name"], email: ["email"], groups: ["groups"] },
    cookies: { keys: ["only for tests"] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, name: `${id} 王`, email: `${id}@lantern.example`, groups: groups[id] }),
    }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
process.stdin.on("end", () => process.exit(0)).resume();
