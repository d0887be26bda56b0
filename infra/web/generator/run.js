/** A run: its prompt, its images in their shape, and a label with model, shape, price and time. */
import { html, useState } from "../vendor/preact.js";
import { modelName } from "../core/catalogue.js";
import { credits, seconds, size, startedAt } from "../core/format.js";
import { failure } from "../core/words.js";
import { Icon } from "../parts/icon.js";
import { PriceTag } from "../parts/price.js";
import { Card } from "./card.js";
import { settingsOf } from "./form.js";
import { hasEnded, runs } from "./runs.js";
import { moneyRule, openOf, savingOf } from "./stop.js";

/** Width divided by height of what was asked for, until an image says its own. */
function ratioOf(run) {
  const made = run.images.find((image) => image.width);
  if (made) return made.width / made.height;
  const [w, h] = (run.parameters.size ?? run.parameters.aspectRatio ?? "1x1").split(/[x:]/).map(Number);
  return w && h ? w / h : 1;
}

/** What was charged, or what the images that are there will cost. */
function Cost({ run }) {
  if (hasEnded(run)) return html`<${PriceTag} spent milliCredits=${run.chargedMilliCredits ?? 0} />`;
  if (run.price?.unit !== "image") return html`<${PriceTag} milliCredits=${run.price?.milliCredits ?? 0} />`;
  const ready = run.images.filter((image) => image.status === "COMPLETED");
  const sum = ready.reduce((total, image) => total + image.priceMilliCredits, 0);
  return html`<${PriceTag} spent text=${`${credits(sum)} of ${credits(run.price.milliCredits)} so far`} />`;
}

function Stop({ run }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const open = openOf(run);
  const stop = async () => {
    setBusy(true);
    try {
      await runs.stop(run);
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  return html`${problem && html`<span class="error" role="alert">${failure(problem)}</span>`}<button title=${moneyRule(run)} disabled=${busy} aria-busy=${busy} onClick=${stop}><${Icon} name="stop" />
      ${open.length === 1 && run.images.length > 1 ? "Stop the last one" : `Stop ${open.length}`}
      ${run.price?.unit === "image" && html`<${PriceTag} text=${`saves ${credits(savingOf(run))}`} />`}</button>`;
}

export function Run({ run, onUse }) {
  const places = run.images.map((image) => runs.inPlace(run, image).image);
  const ready = places.filter((image) => image.status === "COMPLETED").length;
  const ratio = ratioOf(run);
  const shape = run.images.length === 1 ? "one" : run.images.length === 3 ? "three" : "two";
  return html`<article class="run" aria-label=${run.prompt.slice(0, 80)}>
    <header><p class="prompt-text">${run.prompt}</p>
      ${hasEnded(run) ? html`<span key="ended" class="row uses"><button onClick=${() => onUse({ prompt: run.prompt })}>Use prompt</button>
        <button onClick=${() => onUse(settingsOf(run))}>Use all</button></span>`
        : html`<span key="open" class="row uses"><span class="live">${ready} of ${run.n} ready</span>${openOf(run).length > 0 && html`<${Stop} run=${run} />`}</span>`}</header>
    <p class="hidden" role="status">${ready} of ${run.n} ready</p>
    <ul class=${`cards ${shape}`}>${run.images.map((image) => html`<${Card} key=${image.index} run=${run} image=${image} ratio=${ratio} />`)}</ul>
    <footer class="label"><span>${modelName(run.model)}</span>
      <span>${run.parameters.size ? size(run.parameters.size) : run.parameters.aspectRatio}</span><${Cost} run=${run} />
      <span class="rule">${moneyRule(run)}</span><span class="when" key=${run.status}>${hasEnded(run) && run.durationMs ? seconds(run.durationMs) : `started ${startedAt(run.createdAt)}`}</span></footer></article>`;
}
