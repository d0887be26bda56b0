/** The form of the generator: kept in the tab until it is sent, and the last settings for the next visit. */
import { config } from "../core/config.js";

const DRAFT = "easel.draft";
const SETTINGS = "easel.settings";
const EMPTY = { prompt: "", model: null, size: null, aspectRatio: null, resolution: null, quality: null, n: 1, watermark: "", outputFormat: null, references: [] };

const stored = (store, key) => {
  try {
    return JSON.parse(store.getItem(key)) ?? {};
  } catch {
    return {};
  }
};

/** `key` is the Idempotency-Key: a new one whenever the form changes, so a double press or a lost answer is one run. */
export const loadForm = () => ({ ...EMPTY, ...stored(localStorage, SETTINGS), key: crypto.randomUUID(), ...stored(sessionStorage, DRAFT) });

export function saveForm(form) {
  sessionStorage.setItem(DRAFT, JSON.stringify(form));
  const { prompt, references, key, ...settings } = form;
  localStorage.setItem(SETTINGS, JSON.stringify(settings));
}

export const changed = (form, fields) => ({ ...form, ...fields, key: crypto.randomUUID() });

/** What a model takes of the chosen settings; what it does not have falls back to its default. */
export function fitted(form, model, sizes) {
  const ratios = model.options.aspect_ratio_options;
  const pick = (value, allowed, standard) => (allowed.includes(value) ? value : standard);
  const bySize = model.options.supports_size && sizes.length > 0;
  return {
    model: model.id,
    n: Math.min(form.n, model.maxImages),
    size: bySize ? pick(form.size, sizes.map((each) => each.size), model.defaultSize ?? sizes[0].size) : null,
    aspectRatio: !bySize && ratios.length ? pick(form.aspectRatio, ratios, ratios[0]) : null,
    resolution: !bySize && model.options.resolution_options.length
      ? pick(form.resolution, model.options.resolution_options, model.defaultResolution ?? model.options.resolution_options[0]) : null,
    quality: model.qualities.length > 1 ? pick(form.quality, model.qualities, model.defaultQuality) : null,
    outputFormat: pick(form.outputFormat, model.outputFormats, null),
    references: form.references.slice(0, model.maxReferences),
  };
}

/** The body of `POST /generations` and `/quotes`. */
export function requestBody(form) {
  const fields = ["prompt", "model", "size", "aspectRatio", "resolution", "quality", "n", "watermark", "outputFormat"];
  const body = Object.fromEntries(fields.filter((name) => form[name]).map((name) => [name, form[name]]));
  const references = form.references.filter((each) => each.uploadId).map(({ uploadId }) => ({ uploadId }));
  return references.length ? { ...body, references } : body;
}

export const promptLimit = (model) => Math.min(config.promptLimit, model?.maxPromptCharacters ?? config.promptLimit);
