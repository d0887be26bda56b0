/** One image of the gallery: whole, with its ring, actions and label on hover, focus or selection. */
import { html, useState } from "../vendor/preact.js";
import { modelName } from "../core/catalogue.js";
import { credits, seconds } from "../core/format.js";
import { follow } from "../core/router.js";
import { Blur } from "../parts/blur.js";
import { Icon } from "../parts/icon.js";

/** The shape in small whole numbers, as in "4:3"; the nearest one of the usual. */
const SHAPES = ["1:1", "5:4", "4:3", "3:2", "16:9", "21:9", "4:5", "3:4", "2:3", "9:16"];
const valueOf = (shape) => shape.split(":").reduce((w, h) => w / h);
export const shapeOf = (ratio) => SHAPES.reduce((best, each) =>
  (Math.abs(Math.log(valueOf(each) / ratio)) < Math.abs(Math.log(valueOf(best) / ratio)) ? each : best));

export const labelOf = (image) =>
  [modelName(image.model), shapeOf(image.ratio), image.permalink && `${credits(image.milliCredits)} cr`, image.durationMs ? seconds(image.durationMs) : null].filter(Boolean).join(" · ");

/**
 * Thumbnail and preview with their widths: their longer sides are 320 and 1024 px. Links of a list end after an hour; what
 * is `stale` goes by its permalink, which does not.
 */
const sourcesOf = (image, stale) => (stale && image.permalink ? [[`${image.permalink}?variant=thumbnail`, 320], [`${image.permalink}?variant=preview`, 1024]]
  : [[image.thumbnailUrl, 320], [image.previewUrl, 1024]])
  .map(([address, side]) => `${address} ${Math.round(side * Math.min(1, image.ratio))}w`).join(", ");

/** What stands in the place of an image that was never made: lists of failed and of stopped runs have them. */
const ABSENT = { FAILED: "Failed", CANCELLED: "Stopped" };

export function Card({ cell, address, mark, selected, selecting, current, on }) {
  const { image, index } = cell;
  const [loaded, setLoaded] = useState(false);
  const [stale, setStale] = useState(false);
  const tab = current ? 0 : -1;
  const absent = ABSENT[image.status];
  const press = (event) => {
    if (selecting || event.shiftKey || event.ctrlKey || event.metaKey) {
      event.preventDefault();
      on.select(index, event.shiftKey);
    } else follow(event);
  };
  return html`<div role="gridcell" class="photo" aria-selected=${selected} data-index=${index} style=${{ left: `${cell.left}px`, width: `${cell.width}px` }}>
    ${image.blurhash && !loaded && !absent && html`<${Blur} hash=${image.blurhash} />`}
    <a href=${address} tabindex=${tab} onClick=${press} onFocus=${() => on.focus(index)}
      aria-label=${[image.prompt.slice(0, 125), image.model, image.createdAt.slice(0, 10), absent].filter(Boolean).join(", ")}>
      ${absent ? html`<span class="absent"><b>${absent}</b><span>Nothing was charged.</span></span>`
    : html`<img src=${image.thumbnailUrl} srcset=${sourcesOf(image, stale)} sizes=${`${Math.round(cell.width)}px`} alt="" decoding="async"
        class=${loaded ? "shown" : ""} onLoad=${() => setLoaded(true)} onError=${() => setStale(true)} />`}
      <span class="label-on" aria-hidden="true"><b>${image.prompt}</b><span>${labelOf(image)}</span></span></a>
    ${!absent && html`<button class="ring" tabindex=${tab} aria-label=${selected ? "Take out of the selection" : "Select"} aria-pressed=${selected}
      onClick=${(event) => on.select(index, event.shiftKey)}>${selected && html`<${Icon} name="check" />`}</button>`}
    ${image.permalink && !absent && html`<span class="actions">
      <button tabindex=${tab} class=${mark.favourite ? "on" : ""} aria-label="Favourite" aria-pressed=${mark.favourite} title="Favourite"
        onClick=${() => on.favourite(image)}><${Icon} name="heart" filled=${mark.favourite} /></button>
      <a tabindex=${tab} href=${`${image.permalink}?download=true`} aria-label="Download" title="Download"><${Icon} name="download" /></a></span>`}</div>`;
}
