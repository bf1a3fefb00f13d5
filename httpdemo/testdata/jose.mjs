// The judge: npm's jose verifies the tokens that stdin brings, as {jwk, now, issuer,
// audience, tokens: {name: token}}, and prints for each the subject or the reason.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { text } from "node:stream/consumers";

const path = createRequire(process.argv[2] + "/").resolve("jose");
const jose = await import(pathToFileURL(path));
const { jwk, now, issuer, audience, tokens } = JSON.parse(await text(process.stdin));
const key = await jose.importJWK(jwk, "EdDSA");
const verdicts = {};
for (const [name, token] of Object.entries(tokens)) {
  try {
    const { payload } = await jose.jwtVerify(token, key, {
      algorithms: ["EdDSA"], issuer, audience, typ: "at+jwt", requiredClaims: ["exp", "iat", "sub", "jti"], currentDate: new Date(now * 1000),
    });
    verdicts[name] = { subject: payload.sub };
  } catch (e) {
    verdicts[name] = { refused: `${e.code}: ${e.message}` };
  }
}
console.log(JSON.stringify(verdicts));
