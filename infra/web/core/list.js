/** A list that the API gives page by page: the first page at once, further ones when they are asked for. */
import { useEffect, useRef, useState } from "../vendor/preact.js";
import { get } from "./api.js";

/** `{items, error, more, reload}`; items are null at first, `more` is null when there is no further page. */
export function useList(path, field) {
  const [state, setState] = useState({ path, items: null, cursor: null, error: null });
  const [round, setRound] = useState(0);
  const latest = useRef(path);
  latest.current = path;
  const load = async (cursor, before) => {
    try {
      const answer = await get(cursor ? `${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}` : path);
      if (latest.current === path) setState({ path, items: [...before, ...answer[field]], cursor: answer.nextCursor ?? null, error: null });
    } catch (error) {
      if (latest.current === path) setState({ path, items: before, cursor, error });
    }
  };
  useEffect(() => { load(null, []); }, [path, round]);
  const shown = state.path === path ? state : { items: null, cursor: null, error: null };
  return {
    items: shown.items,
    error: shown.error,
    more: shown.cursor ? () => load(shown.cursor, shown.items) : null,
    reload: () => setRound((number) => number + 1),
  };
}
