/** The documentation page: the OpenAPI document and the guides, shown by Scalar's API reference. */

const ROOT = new URL(".", location.href);
const STUDIO_TOKEN = "easel.token"; // where the studio keeps the token of who is signed in

const read = async (path, as) => {
  const response = await fetch(new URL(path, ROOT));
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response[as]();
};

/** `409 (bot, canonical) or 429 (openai)`: each status with its doors, or the only one that there is. */
function answeredWith(statuses) {
  const each = Object.entries(statuses);
  return each.length === 1 ? each[0][0] : each.map(([status, doors]) => `${status} (${doors.join(", ")})`).join(" or ");
}

/** One heading for each error code, so that the `type` of a problem ("/docs#invalid_request") leads to its meaning. */
function errorGuide(problems) {
  const entry = ({ code, statuses, meaning, retryable }) =>
    `## ${code}\n\n${answeredWith(statuses)}. ${meaning}${retryable ? " The same request may succeed later." : ""}`;
  const head = "# Errors\n\nPrograms switch on `error.code`; `error.details` names each field at fault and what is allowed.";
  return [head, ...problems.map(entry)].join("\n\n");
}

/** Who is signed in to the studio, or the demo account of a stack on this machine, so that the first try succeeds. */
async function token() {
  const signedIn = sessionStorage.getItem(STUDIO_TOKEN);
  if (signedIn || !["127.0.0.1", "localhost"].includes(location.hostname)) return signedIn ?? "";
  const demo = await fetch("/_edge/demo-session", { method: "POST", headers: { "X-Easel-Studio": "1" } });
  return demo.ok ? (await demo.json()).token : "";
}

/** The heading of an error's code, once the library has drawn it. */
function scrollTo(code) {
  const found = [...document.querySelectorAll("h2")].find((heading) => heading.textContent.trim() === code);
  if (found) found.scrollIntoView();
  else requestAnimationFrame(() => scrollTo(code));
}

async function show() {
  const [document_, guides, bearer] = await Promise.all([
    read("openapi.json", "json"),
    read("docs/guides.md", "text"),
    token().catch(() => ""),
  ]);
  const problems = document_["x-problems"] ?? [];
  const wanted = decodeURIComponent(location.hash.slice(1));
  document_.info.description = [document_.info.description, guides, errorGuide(problems)].join("\n\n");
  document_.servers = [{ url: ROOT.href.replace(/\/$/, "") }];
  document.getElementById("reference").replaceChildren();
  Scalar.createApiReference("#reference", {
    content: document_,
    // Nothing is fetched from elsewhere: no fonts, no usage statistics, no proxy, no assistant.
    withDefaultFonts: false,
    telemetry: false,
    agent: { disabled: true },
    mcp: { disabled: true },
    showDeveloperTools: "never",
    hideClientButton: true,
    hideModels: true,
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    onLoaded: () => problems.some(({ code }) => code === wanted) && scrollTo(wanted),
    authentication: { preferredSecurityScheme: "apiKey", securitySchemes: { apiKey: { token: bearer } } },
  });
}

show().catch((error) => {
  const notice = Object.assign(document.createElement("p"), { className: "notice" });
  notice.textContent = `The documentation could not be read (${error.message}). Reload the page to try again.`;
  document.getElementById("reference").replaceChildren(notice);
});
