/** Keys of a page. Single keys are silent while somebody writes, and with Ctrl, Cmd or Alt they are the browser's. */
import { useLayoutEffect } from "../vendor/preact.js";

const writes = (target) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

const OFF = "easel.keysOff";
export const singleKeys = () => localStorage.getItem(OFF) === null;
export const setSingleKeys = (on) => (on ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"));

/**
 * `keys` is `{name: action}`, names as `KeyboardEvent.key` has them, letters in lower case; an action that answers false leaves
 * the key to others. `first`: before the keys of what is within.
 */
export function useKeys(keys, { first = false } = {}) {
  // As soon as what they belong to is on the page.
  useLayoutEffect(() => {
    const pressed = (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (writes(event.target) && event.key !== "Escape") return;
      if (event.key.length === 1 && !singleKeys()) return;
      const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (action && action(event) !== false) event.preventDefault();
    };
    addEventListener("keydown", pressed, first);
    return () => removeEventListener("keydown", pressed, first);
  });
}
