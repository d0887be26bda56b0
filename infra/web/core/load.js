/** Reads an address of the API while a component is shown; again when the address or `round` changes. */
import { useEffect, useState } from "../vendor/preact.js";
import { get } from "./api.js";

/** `{body, error}`. What was there stays until the new answer has come; `body` is null at first. */
export function useLoaded(path, round = 0) {
  const [state, setState] = useState({ body: null, error: null });
  useEffect(() => {
    if (!path) return undefined;
    let current = true;
    get(path).then(
      (body) => { if (current) setState({ body, error: null }); },
      (error) => { if (current) setState((before) => ({ ...before, error })); },
    );
    return () => { current = false; };
  }, [path, round]);
  return state;
}
