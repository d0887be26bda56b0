/** What every page stands in: the rail (on phones a bar above and tabs below), the balance, the offline banner. */
import { html, useEffect, useState } from "./vendor/preact.js";
import { account } from "./core/account.js";
import { session } from "./core/session.js";
import { Icon, Logo } from "./parts/icon.js";
import { PriceTag } from "./parts/price.js";
import { navigate } from "./core/router.js";

const ENTRIES = [{ path: "/generator", label: "Generate", icon: "pen" }];

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

function Entry({ entry, path }) {
  const go = (event) => {
    event.preventDefault();
    navigate(entry.path);
  };
  return html`<a class="entry" href=${entry.path} aria-current=${entry.path === path ? "page" : null} onClick=${go}>
    <${Icon} name=${entry.icon} /><span>${entry.label}</span></a>`;
}

export function Frame({ path, children }) {
  const online = useOnline();
  const [known, setKnown] = useState(account.known());
  useEffect(() => account.subscribe(setKnown), []);
  useEffect(() => { account.refresh(); }, []);
  const name = known.name ?? "";
  const balance = known.available === null ? null : html`<${PriceTag} milliCredits=${known.available} />`;
  return html`
    <a class="skip" href="#main">Skip to the page</a>
    <nav class="rail" aria-label="Pages">
      <${Logo} />
      ${ENTRIES.map((entry) => html`<${Entry} entry=${entry} path=${path} />`)}
      <a class="entry" href="/docs"><${Icon} name="docs" /><span>API</span></a>
      <div class="rail-foot">
        <span class="avatar" aria-hidden="true">${name.slice(0, 2).toUpperCase()}</span>
        <button class="entry" title=${name} onClick=${() => session.end()}>Sign out</button>
        <span class="balance" title="Free credits">${balance}</span>
      </div>
    </nav>
    <header class="topbar"><${Logo} /><b>Generate</b><span class="balance">${balance}</span>
      <button class="ghost" onClick=${() => session.end()}>Sign out</button></header>
    ${online ? null : html`<div class="banner" role="status"><${Icon} name="offline" />
      <span>You are offline. The run goes on; images will show when you are back.</span></div>`}
    ${children}`;
}
