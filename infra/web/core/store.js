/** A value that several parts of the page show: who changes it tells all who subscribed. */
import { useEffect, useState } from "../vendor/preact.js";

export function store(initial) {
  let value = initial;
  const listeners = new Set();
  return {
    known: () => value,
    set(next) {
      value = next;
      listeners.forEach((listener) => listener(value));
    },
    change(fields) { this.set({ ...value, ...fields }); },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The value of a store, kept up to date while the component is on the page. */
export function useKnown(source) {
  const [value, setValue] = useState(source.known());
  useEffect(() => {
    setValue(source.known());
    return source.subscribe(setValue);
  }, [source]);
  return value;
}
