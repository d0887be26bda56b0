/** Entry: reads the settings of the deployment, then shows the page that the address names. */
import { html, render, useEffect, useState } from "./vendor/preact.js";
import { loadConfig } from "./core/config.js";
import { navigate, useAddress } from "./core/router.js";
import { session } from "./core/session.js";
import { theme } from "./core/theme.js";
import { Frame } from "./frame.js";
import { addressAfter, SignIn } from "./sign_in.js";

const START = "/dashboard";

/** Each page is loaded when it is first shown. What a pattern captures is handed to the page as `id`. */
const PAGES = [
  { pattern: /^\/dashboard$/, load: () => import("./dashboard/page.js") },
  { pattern: /^\/generator$/, load: () => import("./generator/page.js") },
  { pattern: /^\/gallery(?:\/([\w-]+))?$/, load: () => import("./gallery/page.js") },
  { pattern: /^\/analytics$/, load: () => import("./analytics/page.js") },
  { pattern: /^\/products(?:\/([\w-]+))?$/, load: () => import("./products/page.js") },
  { pattern: /^\/articles(?:\/([^/]+))?$/, load: () => import("./articles/page.js") },
  { pattern: /^\/prompts(?:\/(templates))?$/, load: () => import("./prompts/page.js") },
  { pattern: /^\/admin(?:\/([a-z]+))?$/, load: () => import("./admin/page.js") },
  { pattern: /^\/account(?:\/([a-z]+))?$/, load: () => import("./account/page.js") },
];

/** Pages for everybody, which stand in no frame. */
const PUBLIC_PAGES = [{ pattern: /^\/s\/([^/]+)$/, load: () => import("./shared/page.js") }];

function Shown({ path, pages }) {
  const page = pages.find((each) => each.pattern.test(path));
  const [loaded, setLoaded] = useState(null);
  useEffect(() => {
    let current = true;
    scrollTo(0, 0);
    page.load().then((module) => { if (current) setLoaded({ page, Page: module.Page }); });
    return () => { current = false; };
  }, [page]);
  if (loaded?.page !== page) return html`<main id="main"></main>`;
  return html`<${loaded.Page} id=${page.pattern.exec(path)[1] ?? null} />`;
}

function App() {
  const path = useAddress().split("?")[0];
  const [token, setToken] = useState(session.token());
  useEffect(() => session.subscribe(() => setToken(session.token())), []);
  const signedIn = Boolean(token);
  const isPublic = PUBLIC_PAGES.some((page) => page.pattern.test(path));
  const known = PAGES.some((page) => page.pattern.test(path));
  useEffect(() => {
    if (isPublic) return;
    if (!signedIn && path !== "/sign-in") navigate(`/sign-in?to=${encodeURIComponent(path + location.search)}`, { replace: true });
    else if (signedIn && path === "/sign-in") navigate(addressAfter(START), { replace: true });
    else if (signedIn && !known) navigate(START, { replace: true });
  }, [signedIn, known, path]);
  if (isPublic) return html`<${Shown} path=${path} pages=${PUBLIC_PAGES} />`;
  if (!signedIn) return html`<${SignIn} />`;
  return html`<${Frame} path=${path}>${known && html`<${Shown} path=${path} pages=${PAGES} />`}<//>`;
}

theme.apply();
history.scrollRestoration = "manual";
await loadConfig();
render(html`<${App} />`, document.getElementById("app"));
