/** The six newest images in two rows (three on phones), with their prompts on them. */
import { html } from "../vendor/preact.js";
import { follow } from "../core/router.js";
import { draft } from "../generator/form.js";
import { Icon } from "../parts/icon.js";

const FIRST_PROMPTS = ["a vase in window light", "misty ridges at dawn", "a paper town from above"];
const PER_ROW = 3;
const PER_ROW_ON_PHONES = 2;
const PHONE_PX = 640;

const ratioOf = (image) => (image.width && image.height ? image.width / image.height : 1);
const inRows = (images, size) => Array.from({ length: Math.ceil(images.length / size) }, (_, at) => images.slice(at * size, at * size + size));

function First() {
  const use = (prompt) => (event) => { draft.change({ prompt }); follow(event); };
  return html`<section class="newest empty"><h2>Your first image will hang here</h2><p>Start from a prompt; nothing is spent until you press Generate.</p>
    <div class="row">${FIRST_PROMPTS.map((prompt) => html`<a class="button chip" href="/generator" onClick=${use(prompt)}>${prompt}</a>`)}</div></section>`;
}

export function Newest({ images }) {
  if (!images.length) return html`<${First} />`;
  return html`<section class="newest" aria-label="Your newest images">
    ${inRows(images, innerWidth < PHONE_PX ? PER_ROW_ON_PHONES : PER_ROW).map((row) => html`<div class="newest-row">${row.map((image) => html`
      <a href=${`/gallery/${image.imageId}`} onClick=${follow} style=${{ flex: `${ratioOf(image)} 1 0`, aspectRatio: String(ratioOf(image)), maxWidth: `${ratioOf(image) * 400}px` }}>
        <img src=${`${image.url}?variant=preview`} alt="" /><span><b>${image.prompt}</b></span></a>`)}</div>`)}
    <p class="newest-foot"><span>Your ${images.length === 1 ? "newest" : `${images.length} newest`}</span>
      <a class="button ghost" href="/gallery" onClick=${follow}>View all images <${Icon} name="right" /></a></p></section>`;
}
