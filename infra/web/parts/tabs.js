/** Tabs that are addresses. */
import { html, useEffect, useRef } from "../vendor/preact.js";
import { follow } from "../core/router.js";

/** `tabs` is `[{path, label, count}]`. Where they do not fit, the current one is scrolled into view. */
export function Tabs({ label, tabs, path }) {
  const place = useRef();
  useEffect(() => { place.current.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" }); }, [path]);
  return html`<nav class="page-tabs" aria-label=${label} ref=${place}>${tabs.map((tab) => html`
    <a href=${tab.path} aria-current=${tab.path === path ? "page" : null} onClick=${follow}>${tab.label}${tab.count !== undefined && html` <span>${tab.count}</span>`}</a>`)}</nav>`;
}
