/** The history of prompts, and the images of the same runs for their thumbnails. */
import { useEffect, useRef, useState } from "../vendor/preact.js";
import { get } from "../core/api.js";

const PER_PAGE = 50;

/** `{prompts, images, error, more}`; `images` is a map from a run's id to its images; null at first. */
export function useHistory() {
  const [state, setState] = useState({ prompts: null, images: null, ended: false, error: null });
  const runs = useRef({ cursor: "", images: new Map() });
  const loadImages = async () => {
    const { cursor, images } = runs.current;
    if (cursor === null) return images;
    try {
      const { generations, nextCursor } = await get(`/api/v1/generations?limit=${PER_PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      runs.current = { cursor: nextCursor, images: new Map([...images, ...generations.map((run) => [run.id, run.images])]) };
    } catch {
      // Prompts are shown without their images.
    }
    return runs.current.images;
  };
  const load = async (before) => {
    try {
      const [{ prompts }, images] = await Promise.all([get(`/api/v1/prompts?limit=${PER_PAGE}&offset=${before.length}`), loadImages()]);
      setState({ prompts: [...before, ...prompts], images, ended: prompts.length < PER_PAGE, error: null });
    } catch (error) {
      setState((last) => ({ ...last, error }));
    }
  };
  useEffect(() => { load([]); }, []);
  return { ...state, more: state.prompts && !state.ended ? () => load(state.prompts) : null };
}
