/** The form of the generator: kept in the tab until it is sent, and the last settings for the next visit. */
import { config } from "../core/config.js";
import { navigate } from "../core/router.js";
import { store } from "../core/store.js";
import { toast } from "../parts/toast.js";

const DRAFT = "easel.draft";
const SETTINGS = "easel.settings";
const EMPTY = { prompt: "", model: null, size: null, aspectRatio: null, resolution: null, quality: null, n: 1, watermark: "", outputFormat: null, references: [] };

const stored = (storage, key) => {
  try {
    return JSON.parse(storage.getItem(key)) ?? {};
  } catch {
    return {};
  }
};

/** `key` is the Idempotency-Key: a new one whenever the form changes, so a double press or a lost answer is one run. */
const form = store({ ...EMPTY, ...stored(localStorage, SETTINGS), key: crypto.randomUUID(), ...stored(sessionStorage, DRAFT) });

form.subscribe((now) => {
  sessionStorage.setItem(DRAFT, JSON.stringify(now));
  const { prompt, references, key, ...settings } = now;
  localStorage.setItem(SETTINGS, JSON.stringify(settings));
});

export const draft = {
  known: form.known,
  subscribe: form.subscribe,
  change: (fields) => form.set({ ...form.known(), ...fields, key: crypto.randomUUID() }),
};

/** Puts something into the form from another page, goes there, and offers the way back: a half-written form is not lost. */
export function useInForm(fields, words) {
  const before = form.known();
  draft.change(fields);
  navigate("/generator");
  toast({ text: words, undo: () => form.set(before) });
}

/** Every setting of a run, as fields of the form. */
export const settingsOf = (run) => ({
  prompt: run.prompt,
  model: run.model,
  size: run.parameters.size,
  aspectRatio: run.parameters.aspectRatio,
  resolution: run.parameters.resolution,
  quality: run.parameters.quality,
  watermark: run.parameters.watermark ?? "",
  outputFormat: run.parameters.outputFormat,
  n: run.n,
});

export const asReference = (image) => ({ imageId: image.id, thumbnailUrl: `${image.permalink}?variant=thumbnail`, name: image.prompt.slice(0, 60) });
export const referenceId = (each) => each.uploadId ?? each.imageId;

/** What a model takes of the chosen settings; what it does not have falls back to its default. */
export function fitted(settings, model, sizes) {
  const ratios = model.options.aspect_ratio_options;
  const pick = (value, allowed, standard) => (allowed.includes(value) ? value : standard);
  const bySize = model.options.supports_size && sizes.length > 0;
  return {
    model: model.id,
    n: Math.min(settings.n, model.maxImages),
    size: bySize ? pick(settings.size, sizes.map((each) => each.size),
      sizes.find((each) => each.aspectRatio === settings.aspectRatio)?.size ?? model.defaultSize ?? sizes[0].size) : null,
    aspectRatio: !bySize && ratios.length ? pick(settings.aspectRatio, ratios, ratios[0]) : null,
    resolution: !bySize && model.options.resolution_options.length
      ? pick(settings.resolution, model.options.resolution_options, model.defaultResolution ?? model.options.resolution_options[0]) : null,
    quality: model.qualities.length > 1 ? pick(settings.quality, model.qualities, model.defaultQuality) : null,
    outputFormat: pick(settings.outputFormat, model.outputFormats, null),
    references: settings.references.slice(0, model.maxReferences),
  };
}

/** The body of `POST /generations` and `/quotes`. */
export function requestBody(settings) {
  const fields = ["prompt", "model", "size", "aspectRatio", "resolution", "quality", "n", "watermark", "outputFormat"];
  const body = Object.fromEntries(fields.filter((name) => settings[name]).map((name) => [name, settings[name]]));
  const references = settings.references.map(({ uploadId, imageId }) => (uploadId ? { uploadId } : { imageId }));
  return references.length ? { ...body, references } : body;
}

export const promptLimit = (model) => Math.min(config.promptLimit, model?.maxPromptCharacters ?? config.promptLimit);
