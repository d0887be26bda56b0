/** An image over the gallery, with its run below and its details beside it. */
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { failure } from "../core/words.js";
import { addressWith, follow, navigate } from "../core/router.js";
import { useKeys } from "../core/keys.js";
import { gallery } from "../gallery/images.js";
import { Icon } from "../parts/icon.js";
import { actionsOf } from "./actions.js";
import { Details } from "./details.js";
import { readImage, useImage } from "./image.js";
import { Stage } from "./stage.js";

const DETAILS = "easel.details";
const addressOf = (id) => addressWith({}, `/gallery/${id}`);

/** The page below does not scroll; focus comes in and goes back where it was. */
function useOverlay(place) {
  useEffect(() => {
    const before = document.activeElement;
    document.documentElement.classList.add("covered");
    place.current.focus();
    return () => {
      document.documentElement.classList.remove("covered");
      before?.focus?.();
    };
  }, []);
}

const Strip = ({ run, id }) => html`<nav class="strip" aria-label="Images of this run">${run.images.filter((each) => each.status === "COMPLETED").map((each) => html`
  <a href=${addressOf(each.id)} aria-current=${each.id === id ? "true" : null} onClick=${(event) => { event.preventDefault(); navigate(addressOf(each.id), { replace: true }); }}>
    <img src=${`${each.permalink}?variant=thumbnail`} alt=${`Image ${each.index + 1}`} width="56" height="56" /></a>`)}</nav>`;

export function Viewer({ id, images, marks, onClose }) {
  const place = useRef();
  const [wide, setWide] = useState(localStorage.getItem(DETAILS) !== "hidden");
  const { image, run, error } = useImage(id);
  useOverlay(place);
  const index = images.findIndex((each) => each.id === id);
  const listed = images[index];
  const next = (step) => images[index + step];
  const go = (step) => {
    if (index < 0 || !next(step)) return;
    navigate(addressOf(next(step).id), { replace: true });
  };
  useEffect(() => {
    [1, -1].forEach((step) => { if (index >= 0 && next(step)) readImage(next(step).id).catch(() => {}); });
    if (index > images.length - 20) gallery.more();
    document.title = `${(listed ?? image)?.prompt.slice(0, 60) ?? "Image"} · Easel`;
  }, [id, image]);
  const mark = marks.get(id) ?? { favourite: false, tags: [] };
  const favourite = () => gallery.mark([{ id }], { favourite: !mark.favourite });
  const remove = () => {
    const to = next(1) ?? next(-1);
    gallery.remove([listed ?? image]);
    if (index >= 0 && to) navigate(addressOf(to.id), { replace: true });
    else onClose();
  };
  const hide = () => {
    localStorage.setItem(DETAILS, wide ? "hidden" : "shown");
    setWide(!wide);
  };
  const actions = image && actionsOf(image, run);
  useKeys({
    Escape: onClose, ArrowLeft: () => go(-1), ArrowRight: () => go(1), f: favourite, i: hide, Delete: remove,
    ...(actions && { e: actions.useAll, u: actions.useAsReference, d: () => location.assign(`${image.permalink}?download=true`) }),
  });
  const swipe = (way) => (way === "down" ? onClose() : go(way));
  const shown = image ?? listed;
  const ratio = image?.width ? image.width / image.height : listed?.ratio ?? 1;
  const known = gallery.known().ended;
  return html`<div class=${`viewer ${wide ? "" : "alone"}`} role="dialog" aria-modal="true" aria-label=${shown?.prompt.slice(0, 125) ?? "Image"} tabindex="-1" ref=${place}>
    <div class="viewer-wall">
      <header><button class="ghost" onClick=${onClose}><${Icon} name="close" />Close <kbd aria-hidden="true">Esc</kbd></button>
        <span class="count">${index >= 0 ? `${index + 1}${known ? ` of ${images.length}` : ""}` : ""}</span>
        ${index >= 0 && next(1) && html`<a class="button ghost" href=${addressWith({ compare: `${id},${next(1).id}` }, "/gallery")} title="Compare with the next one"
          aria-label="Compare with the next image" onClick=${follow}><${Icon} name="compare" /></a>`}</header>
      ${error ? html`<section class="empty"><h2>${error.status === 404 ? "This image is not here" : failure(error)}</h2>
          <p>${error.status === 404 ? "It was deleted, or it belongs to another workspace." : "Nothing was charged."}</p></section>`
        : html`<${Stage} preview=${shown ? listed?.previewUrl ?? image?.previewUrl ?? `${shown.permalink}?variant=preview` : null} original=${image?.url} blurhash=${shown?.blurhash} ratio=${ratio}
            alt=${shown?.prompt.slice(0, 250) ?? ""} onSwipe=${swipe} />`}
      ${index > 0 && html`<button class="turn before" aria-label="Image before" onClick=${() => go(-1)}><${Icon} name="left" /></button>`}
      ${index >= 0 && next(1) && html`<button class="turn after" aria-label="Next image" onClick=${() => go(1)}><${Icon} name="right" /></button>`}
      <div class="strip-place">${run && run.images.length > 1 && html`<${Strip} run=${run} id=${id} />`}</div>
    </div>
    ${image ? html`<${Details} image=${image} run=${run} mark=${mark} onFavourite=${favourite} onRemove=${remove} />` : html`<aside class="details" aria-label="Details"><p class="prompt-whole">${listed?.prompt}</p></aside>`}
  </div>`;
}
