/** A button that copies a text and says so for two seconds. */
import { html, useState } from "../vendor/preact.js";
import { Icon } from "./icon.js";

const SAID_MS = 2000;

export function Copy({ text, label = "Copy" }) {
  const [said, setSaid] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setSaid(true);
    setTimeout(() => setSaid(false), SAID_MS);
  };
  return html`<button class="copy" onClick=${copy}><${Icon} name=${said ? "check" : "copy"} /><span aria-live="polite">${said ? "Copied" : label}</span></button>`;
}
