/** The images of the gallery: loaded page by page as the API lists them, kept while other pages are shown. */
import { get, request } from "../core/api.js";
import { store } from "../core/store.js";
import { failure } from "../core/words.js";
import { endToast, toast } from "../parts/toast.js";

const PER_PAGE = 100;
const MOST_AT_ONCE = 25; // of POST /gallery/marks and /gallery/trash
const MOST_FAVOURITE_PAGES = 5;

/** `loading` is the request under way: the answer of an older one is dropped. `moved` says where an image went from here. */
const EMPTY = { filter: "", images: [], cursor: null, ended: false, loading: null, problem: null, moved: new Map(), marks: new Map() };
const state = store(EMPTY);
/** Ends when the last images that were moved to the trash are there. */
let trashed = Promise.resolve();

/** An image of a run as a card of the gallery. */
const ofRun = (run) => run.images.filter((image) => image.status === "COMPLETED" && !image.deletedAt).map((image) => ({
  id: image.id,
  generationId: run.id,
  prompt: image.prompt,
  model: run.model,
  permalink: image.permalink,
  thumbnailUrl: image.thumbnailUrl,
  previewUrl: image.previewUrl,
  ratio: image.width / image.height,
  blurhash: image.blurhash,
  bytes: image.byteCount,
  milliCredits: image.priceMilliCredits,
  durationMs: image.completedAt ? new Date(image.completedAt) - new Date(run.createdAt) : null,
  createdAt: run.createdAt,
}));

const ofList = (image) => ({
  ...image,
  previewUrl: `${image.permalink}?variant=preview`,
  ratio: image.width && image.height ? image.width / image.height : 1,
  milliCredits: image.priceMilliCredits,
  bytes: null,
});

const ofTrash = (image) => ({
  ...image,
  permalink: null,
  previewUrl: image.thumbnailUrl,
  ratio: image.width / image.height,
  milliCredits: 0,
  bytes: image.byteCount,
  durationMs: null,
  createdAt: image.trashedAt,
});

/** The filter of what has been deleted and can come back. */
export const TRASH = "trash";
const LISTS = "lists";

/** One page: all images come with their runs, whose links need no redirect; found ones from the gallery's own list. */
async function page(filter, cursor) {
  const rest = `limit=${PER_PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`;
  if (filter === TRASH) {
    await trashed;
    const answer = await get(`/api/v1/gallery/trash?${rest}`);
    return { images: answer.images.map(ofTrash), marked: [], cursor: answer.nextCursor };
  }
  if (filter) {
    const answer = await get(`/api/v1/gallery?${filter}&${rest}`);
    return { images: answer.images.map(ofList), marked: answer.images, cursor: answer.nextCursor };
  }
  const answer = await get(`/api/v1/generations?${rest}`);
  return { images: answer.generations.flatMap(ofRun), marked: [], cursor: answer.nextCursor };
}

const withMarks = (list) => new Map([...state.known().marks, ...list.map(({ id, favourite, tags }) => [id, { favourite, tags }])]);

/** Which images are favourites: the list of all runs does not say. */
async function loadFavourites() {
  let cursor = "";
  for (let number = 0; number < MOST_FAVOURITE_PAGES && cursor !== null; number += 1) {
    const answer = await get(`/api/v1/gallery?favourite=true&limit=${PER_PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    state.change({ marks: withMarks(answer.images) });
    cursor = answer.nextCursor;
  }
}

async function more() {
  const { loading, ended, filter, cursor } = state.known();
  if (loading || ended) return;
  const mine = {};
  state.change({ loading: mine, problem: null });
  try {
    const answer = await page(filter, cursor);
    if (state.known().loading !== mine) return;
    state.change({
      images: [...state.known().images, ...answer.images],
      marks: withMarks(answer.marked),
      cursor: answer.cursor,
      ended: !answer.cursor,
      loading: null,
    });
  } catch (error) {
    if (state.known().loading === mine) state.change({ loading: null, problem: failure(error) });
  }
}

/** Images stand in one of the two from now on: in the trash, or in the other lists. */
function place(images, where) {
  state.change({ moved: new Map([...state.known().moved, ...images.map((image) => [image.id, where])]) });
}

/** Tells the API where images stand. What it refuses stands again where it was; the first refusal, or null. */
async function send(images, where, { keepalive = false } = {}) {
  const back = where === TRASH ? LISTS : TRASH;
  const parts = Array.from({ length: Math.ceil(images.length / MOST_AT_ONCE) }, (_, part) => images.slice(part * MOST_AT_ONCE, (part + 1) * MOST_AT_ONCE));
  const sendPart = async (part) => {
    try {
      const body = { imageIds: part.map((image) => image.id) };
      const { results } = (await request("POST", `/api/v1/gallery/${where === TRASH ? "trash" : "restore"}`, { body, keepalive })).body;
      const refused = new Map(results.filter((result) => !result.ok).map((result) => [result.id, result.error]));
      place(part.filter((image) => refused.has(image.id)), back);
      return [...refused.values()];
    } catch (error) {
      place(part, back);
      return [error];
    }
  };
  let refusals = [];
  // A page that is being left sends all at once: it does not get to see an answer.
  if (keepalive) refusals = (await Promise.all(parts.map(sendPart))).flat();
  else for (const part of parts) refusals.push(...await sendPart(part));
  return refusals[0] ?? null;
}

export const gallery = {
  known: state.known,
  subscribe: state.subscribe,
  more,
  /** `filter` is the query of the gallery's list, empty for all images. What is loaded for the same filter stays. */
  open(filter) {
    if (state.known().filter === filter && state.known().images.length) {
      gallery.refresh();
      return;
    }
    if (filter === TRASH) endToast();
    state.set({ ...EMPTY, filter, moved: state.known().moved, marks: state.known().marks });
    more();
    if (state.known().marks.size === 0) loadFavourites().catch(() => {});
  },
  /** Images made since the list was loaded, in front of it. */
  async refresh() {
    const { filter, images } = state.known();
    const answer = await page(filter, null).catch(() => null);
    if (!answer || state.known().filter !== filter || !images.length) return;
    const known = new Set(images.map((image) => image.id));
    const fresh = answer.images.filter((image) => !known.has(image.id));
    if (fresh.length) state.change({ images: [...fresh, ...state.known().images], marks: withMarks(answer.marked) });
  },
  shown() {
    const { filter, images, moved } = state.known();
    const elsewhere = filter === TRASH ? LISTS : TRASH;
    return moved.size ? images.filter((image) => moved.get(image.id) !== elsewhere) : images;
  },
  markOf: (id) => state.known().marks.get(id) ?? { favourite: false, tags: [] },
  /** `change` is `{favourite, addTags, removeTags}`. Shown at once; what the API answers is what stays. */
  async mark(images, change) {
    const ids = images.map((image) => image.id);
    if (change.favourite !== undefined) {
      state.change({ marks: withMarks(ids.map((id) => ({ id, ...gallery.markOf(id), favourite: change.favourite }))) });
    }
    try {
      for (let at = 0; at < ids.length; at += MOST_AT_ONCE) {
        const body = { imageIds: ids.slice(at, at + MOST_AT_ONCE), ...change };
        const { images: marked, failed } = (await request("POST", "/api/v1/gallery/marks", { body })).body;
        state.change({ marks: withMarks(marked) });
        if (failed.length) {
          toast({ text: failed[0].error.message });
          loadFavourites().catch(() => {});
        }
      }
    } catch (error) {
      toast({ text: failure(error) });
      loadFavourites().catch(() => {});
    }
  },
  /**
   * Gone from the page at once. The API is told when there is no way back any more, so nothing that was undone is ever
   * in the trash; on a page that ends without having told it, or is offline, the images are where they were.
   */
  remove(images) {
    const several = images.length === 1 ? "1 image" : `${images.length} images`;
    place(images, TRASH);
    const end = async (leaving) => {
      const refusal = await send(images, TRASH, { keepalive: leaving });
      if (refusal) toast({ text: `Not deleted: ${failure(refusal)}` });
    };
    toast({ text: `${several} moved to Trash`, undo: () => place(images, LISTS), ended: ({ leaving }) => { trashed = end(leaving); } });
  },
  async restore(images) {
    place(images, LISTS);
    const refusal = await send(images, LISTS);
    toast({ text: refusal ? failure(refusal) : images.length === 1 ? "1 image is back" : `${images.length} images are back` });
  },
};
