/** What every page stands in: the rail (on phones a bar above and tabs below), the balance, the offline banner, the toast. */
import { html, useEffect, useRef, useState } from "./vendor/preact.js";
import { signOut } from "./core/access.js";
import { account, isOperator } from "./core/account.js";
import { shortCredits } from "./core/format.js";
import { useKeys } from "./core/keys.js";
import { follow, navigate } from "./core/router.js";
import { useKnown } from "./core/store.js";
import { hasEnded, runs } from "./generator/runs.js";
import { Icon, Logo } from "./parts/icon.js";
import { Popover } from "./parts/popover.js";
import { PriceTag } from "./parts/price.js";
import { Toast } from "./parts/toast.js";
import { Shortcuts } from "./shortcuts.js";

/** In the order of the rail. `key` opens the page after G; `tab`: it has a tab on phones, the others are under More. */
const ENTRIES = [
  { path: "/dashboard", label: "Home", icon: "home", key: "h", tab: true },
  { path: "/generator", label: "Generate", icon: "pen", key: "g", tab: true },
  { path: "/gallery", label: "Gallery", icon: "grid", key: "l", tab: true },
  { path: "/products", label: "Products", icon: "box", key: "p", tab: true },
  { path: "/articles", label: "Articles", icon: "article", key: "a", tab: false },
  { path: "/prompts", label: "Prompts", icon: "chat", key: "r", tab: false },
  { path: "/analytics", label: "Analytics", icon: "chart", key: "n", tab: false },
];
const ADMIN = { path: "/admin", label: "Admin", icon: "pulse" };
const SECOND_KEY_MS = 1500;

export function useOnline() {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);
  return online;
}

const isCurrent = (entry, path) => path === entry.path || path.startsWith(`${entry.path}/`);

const Entry = ({ entry, path, onGo = () => {} }) => html`<a class="entry" href=${entry.path} title=${entry.label}
  aria-current=${isCurrent(entry, path) ? "page" : null} onClick=${(event) => { follow(event); onGo(); }}>
  <${Icon} name=${entry.icon} /><span>${entry.label}</span></a>`;

/** G and then a letter opens a page. */
function usePageKeys() {
  const pressed = useRef(0);
  const open = (entry) => () => {
    if (Date.now() - pressed.current > SECOND_KEY_MS) return entry.key === "g" ? start() : false;
    pressed.current = 0;
    navigate(entry.path);
    return true;
  };
  const start = () => { pressed.current = Date.now(); return true; };
  useKeys(Object.fromEntries(ENTRIES.map((entry) => [entry.key, open(entry)])), { first: true });
}

const Rail = ({ path, name, balance, operates }) => html`<nav class="rail" aria-label="Pages">
  <${Logo} />
  ${ENTRIES.map((entry) => html`<${Entry} entry=${entry} path=${path} />`)}
  <a class="entry" href="/docs" title="API"><${Icon} name="docs" /><span>API</span></a>
  <div class="rail-foot">
    ${operates && html`<${Entry} entry=${ADMIN} path=${path} />`}
    <a class="entry" href="/account/profile" title=${name} aria-current=${path.startsWith("/account") ? "page" : null} onClick=${follow}>
      <span class="avatar" aria-hidden="true">${name.slice(0, 2).toUpperCase()}</span><span>Account</span></a>
    <span class="balance" title="Free credits">${balance}</span>
  </div></nav>`;

const Tabs = ({ path, operates }) => html`<nav class="tabs" aria-label="Pages">
  ${ENTRIES.filter((entry) => entry.tab).map((entry) => html`<${Entry} entry=${entry} path=${path} />`)}
  <${Popover} label="More" buttonClass="entry" align="right above" button=${html`<${Icon} name="more" /><span>More</span>`}>
    ${(close) => html`${ENTRIES.filter((entry) => !entry.tab).map((entry) => html`<${Entry} entry=${entry} path=${path} onGo=${close} />`)}
      ${operates && html`<${Entry} entry=${ADMIN} path=${path} onGo=${close} />`}
      <a class="entry" href="/docs"><${Icon} name="docs" /><span>API</span></a>
      <button class="entry" onClick=${signOut}><${Icon} name="user" /><span>Sign out</span></button>`}<//></nav>`;

export function Frame({ path, children }) {
  const online = useOnline();
  const known = useKnown(account);
  const open = useKnown(runs).runs.some((run) => !hasEnded(run));
  useEffect(() => { account.refresh(); }, []);
  usePageKeys();
  const name = known.name ?? "";
  const balance = known.available === null ? null : html`<${PriceTag} milliCredits=${known.available} text=${shortCredits(known.available)} />`;
  const operates = isOperator(known);
  const title = [...ENTRIES, ADMIN].find((entry) => isCurrent(entry, path))?.label ?? "Account";
  return html`
    <a class="skip" href="#main">Skip to the page</a>
    <${Rail} path=${path} name=${name} balance=${balance} operates=${operates} />
    <header class="topbar"><${Logo} /><b>${title}</b><span class="balance">${balance}</span>
      <a class="avatar" href="/account/profile" aria-label="Account" onClick=${follow}>${name.slice(0, 2).toUpperCase()}</a></header>
    ${online ? null : html`<div class="banner" role="status"><${Icon} name="offline" />
      <span>You are offline. ${open ? "The run goes on; images will show when you are back." : "What is new will show when you are back."}</span></div>`}
    <div class="page">${children}</div>
    <${Toast} /><${Shortcuts} path=${path} entries=${ENTRIES} /><${Tabs} path=${path} operates=${operates} />`;
}
