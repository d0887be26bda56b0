/** A dialog over the page, for what is shown only once: the browser keeps focus in it, and Escape closes it. */
import { html, useEffect, useRef } from "../vendor/preact.js";
import { Icon } from "./icon.js";

export function Dialog({ title, onClose, children }) {
  const place = useRef();
  useEffect(() => { place.current.showModal(); }, []);
  return html`<dialog class="panel once" aria-label=${title} ref=${place} onClose=${onClose}>
    <header><h2>${title}</h2><button class="icon-button" aria-label="Close" onClick=${() => place.current.close()}><${Icon} name="close" /></button></header>${children}</dialog>`;
}
