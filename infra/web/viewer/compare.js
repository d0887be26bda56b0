/** Two to four images beside each other, or two under a curtain; below, the settings that differ. */
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { modelName } from "../core/catalogue.js";
import { creditWord, seconds } from "../core/format.js";
import { useKeys } from "../core/keys.js";
import { Icon } from "../parts/icon.js";
import { useImages } from "./image.js";

export const MOST_COMPARED = 4;

const preview = (image) => `${image.permalink}?variant=preview`;

function settings({ image, run }) {
  return {
    Prompt: image.prompt,
    Model: modelName(image.model),
    Size: image.width ? `${image.width} × ${image.height}` : null,
    Quality: run.parameters.quality,
    Style: run.parameters.style,
    Background: run.parameters.background,
    Watermark: run.parameters.watermark,
    Cost: creditWord(image.priceMilliCredits),
    Time: image.completedAt ? seconds(new Date(image.completedAt) - new Date(run.createdAt)) : null,
  };
}

const namesOf = (found) => (found.length === 2 ? ["Left", "Right"] : found.map((_, index) => `Image ${index + 1}`));

function Differences({ found }) {
  const all = found.map(settings);
  const different = Object.keys(all[0]).filter((name) => all.some((each) => each[name] !== all[0][name]));
  return html`<div class="scroll differences" tabindex="0" role="region" aria-label="Settings that differ"><table class="table"><caption class="hidden">Settings that differ</caption>
    <thead><tr><th scope="col">Setting</th>${namesOf(found).map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${different.map((name) => html`<tr><th scope="row">${name}</th>${all.map((each) => html`<td>${each[name] ?? "none"}</td>`)}</tr>`)}</tbody></table></div>`;
}

function Curtain({ left, right }) {
  const [at, setAt] = useState(50);
  return html`<div class="curtain" style=${{ "--ratio": String(left.width / left.height), "--at": `${at}%` }}>
    <img src=${preview(left)} alt=${left.prompt.slice(0, 125)} /><img class="upper" src=${preview(right)} alt=${right.prompt.slice(0, 125)} />
    <i aria-hidden="true"></i>
    <input type="range" min="0" max="100" value=${at} aria-label="How much of the left image shows" onInput=${(event) => setAt(Number(event.target.value))} /></div>`;
}

const Beside = ({ images }) => html`<div class=${`beside of-${images.length}`}>${images.map((image, index) => html`<figure style=${{ "--ratio": String(image.width / image.height) }}>
  <img src=${preview(image)} alt=${image.prompt.slice(0, 125)} />
  ${images.length > 2 && html`<figcaption>Image ${index + 1}</figcaption>`}</figure>`)}</div>`;

export function Compare({ ids, onClose }) {
  const place = useRef();
  const { found, error } = useImages(ids);
  const [curtain, setCurtain] = useState(false);
  useKeys({ Escape: onClose });
  useEffect(() => {
    document.title = "Compare · Easel";
    document.documentElement.classList.add("covered");
    place.current.focus();
    return () => document.documentElement.classList.remove("covered");
  }, []);
  const two = ids.length === 2;
  const images = found?.map(({ image }) => image);
  return html`<div class="viewer comparison" role="dialog" aria-modal="true" aria-label=${`Compare ${ids.length} images`} tabindex="-1" ref=${place}>
    <header><button class="ghost" onClick=${onClose}><${Icon} name="close" />Close <kbd aria-hidden="true">Esc</kbd></button>
      ${two && html`<div class="segments"><button aria-pressed=${!curtain} onClick=${() => setCurtain(false)}>Side by side</button>
        <button aria-pressed=${curtain} onClick=${() => setCurtain(true)}>Curtain</button></div>`}</header>
    ${error ? html`<p class="error" role="alert">One of the images is not here any more.</p>` : null}
    ${found && html`${two && curtain ? html`<${Curtain} left=${images[0]} right=${images[1]} />` : html`<${Beside} images=${images} />`}
      <${Differences} found=${found} />`}</div>`;
}
