// The judge: npm's tough-cookie. stdin brings a list of jars, each a list of steps in
// their order: {set, from, now, crossSite} or {to, now, context}. For each step is
// printed why the cookie was refused ("" where it was not), or the pairs that go.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { text } from "node:stream/consumers";

let clock = 0;
globalThis.Date = class extends Date {
  constructor(...when) {
    super(...(when.length ? when : [clock]));
  }
  static now() {
    return clock;
  }
};

const path = createRequire(process.argv[2] + "/").resolve("tough-cookie");
const { CookieJar } = (await import(pathToFileURL(path))).default;
const verdicts = [];
for (const steps of JSON.parse(await text(process.stdin))) {
  const jar = new CookieJar(null, { prefixSecurity: "strict", looseMode: true, enforceSecureOriginOnStorage: true });
  verdicts.push(steps.map(({ set, from, to, now, crossSite, context }) => {
    clock = now;
    if (to) return jar.getCookiesSync(to, { sameSiteContext: context, sort: true }).map((c) => c.cookieString()).join("; ");
    try {
      jar.setCookieSync(set, from, { sameSiteContext: crossSite ? "none" : "strict" });
      return "";
    } catch (e) {
      return e.message;
    }
  }));
}
console.log(JSON.stringify(verdicts));
