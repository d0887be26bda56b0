/** One image with its run, as the API has them; kept for the way back and forth. */
import { useEffect, useState } from "../vendor/preact.js";
import { get } from "../core/api.js";

const MOST_KEPT = 50;
const kept = new Map();

export async function readImage(id) {
  if (kept.has(id)) return kept.get(id);
  const image = await get(`/api/v1/images/${id}`);
  const run = await get(`/api/v1/generations/${image.generationId}`);
  const found = { image, run };
  kept.set(id, found);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
  return found;
}

/** `{image, run, error}`; image and run are null until they are there. */
export function useImage(id) {
  const [found, setFound] = useState({ id: null });
  useEffect(() => {
    let current = true;
    readImage(id).then((read) => { if (current) setFound({ id, ...read }); }, (error) => { if (current) setFound({ id, error }); });
    return () => { current = false; };
  }, [id]);
  return found.id === id ? { image: null, run: null, error: null, ...found } : { image: null, run: null, error: null };
}

/** Several images at once: `{found, error}`; `found` is null until all of them are there. */
export function useImages(ids) {
  const key = ids.join(",");
  const [state, setState] = useState({ key: null });
  useEffect(() => {
    let current = true;
    const set = (fields) => { if (current) setState({ key, ...fields }); };
    Promise.all(ids.map(readImage)).then((found) => set({ found }), (error) => set({ error }));
    return () => { current = false; };
  }, [key]);
  return state.key === key ? { found: null, error: null, ...state } : { found: null, error: null };
}
