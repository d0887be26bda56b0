/** The catalogue: models, the sizes that each takes, and how long it usually takes. */
import { useEffect, useState } from "../vendor/preact.js";
import { get } from "../core/api.js";
import { catalogue } from "../core/catalogue.js";
import { useKnown } from "../core/store.js";

const FEWEST_SAMPLES = 20;

/** Models that can be chosen. */
export const useModels = () => useKnown(catalogue).filter((model) => model.status !== "retired");

/** `{sizes, usualMs}` of a model; null until both are known. */
export function useModel(id) {
  const [known, setKnown] = useState(null);
  useEffect(() => {
    if (!id) return undefined;
    let current = true;
    setKnown(null);
    const name = encodeURIComponent(id);
    Promise.all([get(`/api/v1/sizes?model=${name}`), get(`/api/v1/models/${name}`)]).then(([sizes, model]) => {
      const latency = model.latency;
      const usualMs = latency && latency.samples >= FEWEST_SAMPLES ? latency.p50Ms : null;
      if (current) setKnown({ id, sizes: sizes.sizes, usualMs });
    }, () => {});
    return () => { current = false; };
  }, [id]);
  return known?.id === id ? known : null;
}
