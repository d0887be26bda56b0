/** One line at the foot of the page: what has been done, and for ten seconds the way back. */
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { store, useKnown } from "../core/store.js";
import { useKeys } from "../core/keys.js";
import { Icon } from "./icon.js";

const UNDO_SECONDS = 10;
const SECONDS = 5;
const shown = store(null);

/**
 * Shows a line; the one before it ends. `undo` takes back what was done. `ended` is called once when the line goes without
 * undo, also when the page is left: `leaving` is then true.
 */
export function toast({ text, undo = null, ended = () => {} }) {
  shown.known()?.ended({ leaving: false });
  shown.set({ id: crypto.randomUUID(), text, undo, ended });
}

function close({ undone }) {
  const current = shown.known();
  if (!current) return;
  shown.set(null);
  if (undone) current.undo();
  else current.ended({ leaving: false });
}

/** The line goes as if its time had run out. */
export const endToast = () => close({ undone: false });

addEventListener("pagehide", () => {
  shown.known()?.ended({ leaving: true });
  shown.set(null);
});

function Line({ current }) {
  const [left, setLeft] = useState(current.undo ? UNDO_SECONDS : SECONDS);
  const held = useRef(false);
  useEffect(() => {
    const timer = setInterval(() => { if (!held.current) setLeft((seconds) => seconds - 1); }, 1000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => { if (left <= 0) close({ undone: false }); }, [left]);
  useKeys(current.undo ? { z: () => close({ undone: true }) } : {});
  const hold = (value) => () => { held.current = value; };
  return html`<div class="toast" onMouseEnter=${hold(true)} onMouseLeave=${hold(false)} onFocusIn=${hold(true)} onFocusOut=${hold(false)}>
    <span>${current.text}</span>
    ${current.undo && html`<button onClick=${() => close({ undone: true })}><${Icon} name="undo" />Undo <span aria-hidden="true">${left} s</span></button>`}</div>`;
}

export function Toast() {
  const current = useKnown(shown);
  return html`<div class="toast-place" role="status">${current && html`<${Line} key=${current.id} current=${current} />`}</div>`;
}
