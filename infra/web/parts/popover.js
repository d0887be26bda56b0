/** A button that opens a small panel: focus goes in, Escape or a press elsewhere closes, focus returns. */
import { html, useEffect, useRef, useState } from "../vendor/preact.js";

/** `children` is a function of `close`, so that a choice can close the panel. */
export function Popover({ label, button, buttonClass = "", align = "left", children }) {
  const [open, setOpen] = useState(false);
  const place = useRef();
  const opener = useRef();
  const close = () => { setOpen(false); opener.current?.focus(); };
  useEffect(() => {
    if (!open) return undefined;
    place.current.querySelector(".popover :is(button, a, input, select)")?.focus();
    const outside = (event) => { if (!place.current?.contains(event.target)) setOpen(false); };
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, [open]);
  const key = (event) => {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    event.preventDefault();
    close();
  };
  return html`<span class="popover-place" ref=${place} onKeyDown=${key}>
    <button class=${buttonClass} ref=${opener} aria-expanded=${open} aria-label=${label} onClick=${() => setOpen(!open)}>${button}</button>
    ${open && html`<div class=${`popover ${align}`} role="group" aria-label=${label}>${children(close)}</div>`}</span>`;
}
