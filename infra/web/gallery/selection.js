/** What can be done with the selected images. */
import { html, useState } from "../vendor/preact.js";
import { bytes } from "../core/format.js";
import { addressWith, navigate } from "../core/router.js";
import { failure } from "../core/words.js";
import { Icon } from "../parts/icon.js";
import { Popover } from "../parts/popover.js";
import { toast } from "../parts/toast.js";
import { MOST_COMPARED } from "../viewer/compare.js";
import { useTags } from "./filters.js";
import { gallery } from "./images.js";
import { saveZip } from "./zip.js";

const MOST_ZIP_BYTES = 500_000_000;

function AddTag({ images, close }) {
  const tags = useTags() ?? [];
  const [text, setText] = useState("");
  const add = (tag) => { close(); gallery.mark(images, { addTags: [tag] }); };
  const send = (event) => { event.preventDefault(); if (text.trim()) add(text.trim()); };
  return html`<form onSubmit=${send}><div class="field-head"><label for="new-tag">Tag for ${images.length} ${images.length === 1 ? "image" : "images"}</label></div>
    <input id="new-tag" maxlength="40" autocomplete="off" value=${text} onInput=${(event) => setText(event.target.value)} /></form>
    <ul class="choices">${tags.slice(0, 8).map(({ tag }) => html`<li><button class="ghost" onClick=${() => add(tag)}>${tag}</button></li>`)}</ul>`;
}

export function SelectionBar({ trash, images, total, onAll, onRemove, onClear }) {
  const [progress, setProgress] = useState(null);
  const size = images.reduce((sum, image) => sum + (image.bytes ?? 0), 0);
  const favourites = images.every((image) => gallery.markOf(image.id).favourite);
  const zip = async () => {
    setProgress(0);
    try {
      await saveZip(images, setProgress);
    } catch (error) {
      toast({ text: failure(error) });
    }
    setProgress(null);
  };
  const compare = () => navigate(addressWith({ compare: images.map((image) => image.id).join(",") }));
  if (trash) {
    return html`<div class="bulk" role="toolbar" aria-label="Selected images"><b>${images.length} selected</b>
      <button onClick=${onRemove}><${Icon} name="undo" />Restore</button>
      <button class="icon-button" aria-label="Clear the selection" onClick=${onClear}><${Icon} name="close" /></button></div>`;
  }
  return html`<div class="bulk" role="toolbar" aria-label="Selected images">
    <b>${images.length} selected</b>${size > 0 && html`<span class="count">${bytes(size)}</span>`}
    ${onAll && images.length < total && html`<button class="ghost" onClick=${onAll}>Select all ${total}</button>`}
    <button disabled=${progress !== null || size > MOST_ZIP_BYTES} aria-busy=${progress !== null} onClick=${zip}><${Icon} name="zip" />
      ${progress === null ? "Download ZIP" : `${progress} of ${images.length}`}</button>
    ${images.length > 1 && images.length <= MOST_COMPARED && html`<button onClick=${compare}><${Icon} name="compare" />Compare</button>`}
    <${Popover} label="Tag" buttonClass="ghost" align="above" button=${html`<${Icon} name="tag" />Tag`}>
      ${(close) => html`<${AddTag} images=${images} close=${close} />`}<//>
    <button class="ghost" onClick=${() => gallery.mark(images, { favourite: !favourites })}><${Icon} name="heart" filled=${favourites} />
      ${favourites ? "Not favourite" : "Favourite"}</button>
    <button class="ghost danger" onClick=${onRemove}><${Icon} name="trash" />Delete</button>
    <button class="icon-button" aria-label="Clear the selection" onClick=${onClear}><${Icon} name="close" /></button></div>`;
}
