/** Addresses: real paths, changed without a reload. What a page shows (filters, an open image, a tab) is in its address. */
import { useEffect, useState } from "../vendor/preact.js";

const listeners = new Set();
const changed = () => listeners.forEach((listener) => listener(currentAddress()));
addEventListener("popstate", changed);

export const currentAddress = () => location.pathname + location.search;
export const query = () => new URLSearchParams(location.search);

/** `replace`: the address of the same view in another state, without a step of its own for "back". */
export function navigate(address, { replace = false } = {}) {
  if (address === currentAddress()) return;
  history[replace ? "replaceState" : "pushState"](null, "", address);
  changed();
}

/** The address with some parameters of its query changed; null takes one out. */
export function addressWith(fields, path = location.pathname) {
  const parameters = query();
  Object.entries(fields).forEach(([name, value]) => (value === null || value === "" ? parameters.delete(name) : parameters.set(name, value)));
  const text = parameters.toString();
  return text ? `${path}?${text}` : path;
}

export function useAddress() {
  const [address, setAddress] = useState(currentAddress());
  useEffect(() => {
    listeners.add(setAddress);
    setAddress(currentAddress());
    return () => listeners.delete(setAddress);
  }, []);
  return address;
}

/** For a link within the studio: a plain press changes the address, one with Ctrl or Cmd opens a tab as usual. */
export function follow(event, address = event.currentTarget.getAttribute("href")) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) return;
  event.preventDefault();
  navigate(address);
}
