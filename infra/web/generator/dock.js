/** On phones: one line of the form above the tabs; pressing the line opens the whole form as a sheet. */
import { html } from "../vendor/preact.js";
import { credits } from "../core/format.js";

export function Dock({ form, model, shape, quote, off, busy, open, onOpen, onSend }) {
  return html`<div class="dock"><button class="dock-prompt" aria-expanded=${open} onClick=${onOpen}>${form.prompt || "Write a prompt"}</button>
    <div class="row"><button class="chip" onClick=${onOpen}>${form.n}</button><button class="chip shape" onClick=${onOpen}>${shape ?? "Shape"}</button>
      <button class="chip name" onClick=${onOpen}>${model.name}</button>
      <button class="go" disabled=${Boolean(off) || busy || !quote} aria-busy=${busy} onClick=${onSend}><span>Generate</span>
        <span class="go-price"><i class="hole" aria-hidden="true"></i>${quote ? credits(quote.price.milliCredits) : "…"}</span></button></div></div>`;
}
