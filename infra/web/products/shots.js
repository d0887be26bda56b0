/** The shots of a set in their order, each with its time and cost; any of them can be made again with a wish. */
import { html, useState } from "../vendor/preact.js";
import { modelName } from "../core/catalogue.js";
import { credits, dayName, seconds } from "../core/format.js";
import { follow } from "../core/router.js";
import { Card } from "../generator/card.js";
import { runs } from "../generator/runs.js";
import { Icon } from "../parts/icon.js";
import { Popover } from "../parts/popover.js";
import { PriceTag } from "../parts/price.js";
import { Problem } from "../parts/problem.js";

const LONGEST_NOTE = 300;
const words = (shot) => (shot ? shot[0].toUpperCase() + shot.slice(1).replaceAll("-", " ") : "Shot");

function Again({ run, image, close }) {
  const [note, setNote] = useState("");
  const [quote, setQuote] = useState(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const [key] = useState(() => crypto.randomUUID());
  if (!quote && !error) runs.retryQuote(run, image).then(setQuote, setError);
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await runs.retry(run, image, quote?.quoteId, key, note.trim());
      close();
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };
  return html`<form class="share-form" onSubmit=${send}><label for="note">What should change?</label>
    <input id="note" maxlength=${LONGEST_NOTE} value=${note} onInput=${(event) => setNote(event.target.value)} /><p class="count">The image that is there keeps its address.</p>
    <button class="primary" disabled=${busy || !quote} aria-busy=${busy}>Make it again ${quote && html`<${PriceTag} milliCredits=${quote.price.milliCredits} />`}</button><${Problem} error=${error} /></form>`;
}

function Shot({ run, image }) {
  const now = runs.inPlace(run, image);
  const made = now.image.completedAt && new Date(now.image.completedAt) - new Date(now.run.createdAt);
  const done = now.image.status === "COMPLETED";
  return html`<li class="shot"><ul><${Card} run=${run} image=${image} ratio=${1} /></ul><p><span class="count">${image.index + 1}</span><b>${words(image.shot)}</b>
    <span class="count end">${done ? `${seconds(made)} · ${credits(now.image.priceMilliCredits)} cr` : now.image.status === "FAILED" ? "not charged" : ""}</span>
    ${done && html`<${Popover} label=${`Make ${words(image.shot)} again`} align="right" buttonClass="icon-button" button=${html`<${Icon} name="retry" />`}>
      ${(close) => html`<${Again} run=${now.run} image=${now.image} close=${close} />`}<//>`}</p></li>`;
}

export function Shots({ run }) {
  return html`<section><h2>${run.n === 6 ? "Six shots" : `${run.n} shots`} <span>${modelName(run.model)} · ${dayName(run.createdAt)} · from ${run.references.length === 1 ? "one photo" : `${run.references.length} photos`}</span></h2>
    <ul class="shots">${run.images.map((image) => html`<${Shot} key=${image.index} run=${run} image=${image} />`)}</ul></section>`;
}

export const OlderSets = ({ sets }) => html`<section class="older"><h2>Older sets</h2>${sets.map((set) => html`<div class="older-set" key=${set.id}><span class="count">${dayName(set.createdAt)}</span>
  <span class="thumbs">${set.generatedImages.map((image) => html`<a href=${`/gallery/${image.id}`} onClick=${follow} aria-label=${`Open ${image.role ?? "the image"}`}><img src=${image.thumbnailUrl} alt="" width="56" height="56" loading="lazy" /></a>`)}</span></div>`)}</section>`;
