/** The panel beside an image: what can be done with it, its prompt, and how it was made. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { get } from "../core/api.js";
import { modelName } from "../core/catalogue.js";
import { bytes, credits, dollars, exactTime, moment, seconds } from "../core/format.js";
import { sentence } from "../core/words.js";
import { shapeOf } from "../gallery/card.js";
import { Icon } from "../parts/icon.js";
import { Popover } from "../parts/popover.js";
import { PriceTag } from "../parts/price.js";
import { actionsOf } from "./actions.js";
import { Share } from "./share.js";

const MICRO = 1_000_000;

const Fact = ({ name, children }) => html`<div><dt>${name}</dt><dd>${children}</dd></div>`;

const ASKED = { size: "size", aspectRatio: "shape", resolution: "resolution", quality: "quality" };
const MARKS = { kept: "in the vendor's signed manifest (C2PA)", removed: "in the file (XMP), without the vendor's C2PA", absent: "in the file (XMP)" };

function Facts({ image, run }) {
  const time = image.completedAt && new Date(image.completedAt) - new Date(run.createdAt);
  const marks = image.provenance;
  return html`<dl class="facts">
    <${Fact} name="Cost"><${PriceTag} spent milliCredits=${image.priceMilliCredits} />
      ${image.providerCostMicroUsd ? html`<span class="count">${dollars(image.providerCostMicroUsd / MICRO)}</span>` : null}<//>
    ${time ? html`<${Fact} name="Time">${seconds(time)}<//>` : null}
    <${Fact} name="Model">${modelName(image.model)}<//>
    ${image.width && html`<${Fact} name="Size">${[`${image.width} × ${image.height}`, shapeOf(image.width / image.height),
      `${image.mediaType?.split("/")[1].toUpperCase() ?? ""} ${image.byteCount ? bytes(image.byteCount) : ""}`.trim()].filter(Boolean).join(" · ")}<//>`}
    ${run.parameters.quality && html`<${Fact} name="Quality">${run.parameters.quality}<//>`}
    ${image.shot && html`<${Fact} name="Shot">${image.shot}<//>`}
    <${Fact} name="Made"><span title=${exactTime(run.createdAt)}>${moment(run.createdAt)}</span><//>
    ${marks && html`<${Fact} name="Marks">AI-made, ${MARKS[marks.c2pa] ?? ""}${marks.watermark ? ` · “${marks.watermark}”` : ""}<//>`}
    ${image.paramsAdjusted.map((each) => html`<${Fact} name="Changed"><span class="ochre">asked ${ASKED[each.field] ?? each.field} ${each.asked}, made ${each.made}</span><//>`)}
  </dl>`;
}

function Attempts({ image }) {
  return html`<section><h3>Attempts</h3><ul class="attempts">${image.attempts.map((attempt) => {
    const delivered = attempt.outcome === "delivered";
    return html`<li class=${delivered ? "good" : "bad"}>${attempt.provider} · ${delivered ? "delivered" : attempt.errorCode ?? attempt.outcome ?? "open"}
      <span class="count">${attempt.durationMs !== null ? ` · ${seconds(attempt.durationMs)}` : ""}${delivered ? "" : " · not charged"}</span></li>`;
  })}</ul>${image.late && html`<p class="notice">It arrived after the end, free of charge.</p>`}</section>`;
}

/** References that are images of the workspace or uploads; what is gone is not shown. */
function ComesFrom({ run }) {
  const [found, setFound] = useState([]);
  useEffect(() => {
    let current = true;
    const read = async (reference) => {
      if (reference.imageId) {
        const image = await get(`/api/v1/images/${reference.imageId}`);
        return { href: `/gallery/${image.id}`, thumbnail: `${image.permalink}?variant=thumbnail`, text: image.prompt };
      }
      const upload = await get(`/api/v1/uploads/${reference.uploadId}`);
      return { href: null, thumbnail: upload.thumbnailUrl ?? upload.url, text: "Your own picture" };
    };
    Promise.allSettled(run.references.filter((each) => each.imageId || each.uploadId).map(read)).then((results) => {
      if (current) setFound(results.filter((each) => each.status === "fulfilled").map((each) => each.value));
    });
    return () => { current = false; };
  }, [run.id]);
  if (!found.length) return null;
  return html`<section><h3>Comes from</h3><ul class="lineage">${found.map((each, index) => html`<li>
    <img src=${each.thumbnail} alt="" width="38" height="38" /><div>${each.href ? html`<a href=${each.href}>${each.text}</a>` : each.text}
    <span class="count">reference ${index + 1} of ${run.references.length}</span></div></li>`)}</ul></section>`;
}

const Download = ({ image }) => html`<${Popover} label="Download" button=${html`<${Icon} name="download" />Download`}>${(close) => html`<ul class="choices">
  <li><a href=${`${image.permalink}?download=true`} onClick=${close}>Original <span class="count">${image.width} × ${image.height}</span></a></li>
  <li><a href=${`${image.permalink}?variant=preview&download=true`} onClick=${close}>WebP <span class="count">at most 1024 px</span></a></li></ul>`}<//>`;

const KEYS = [["←", "→", "next"], ["F", "favourite"], ["E", "use all"], ["U", "reference"], ["I", "details"], ["Del", "delete"]];

export function Details({ image, run, mark, onFavourite, onRemove }) {
  const { usePrompt, useAll, useAsReference } = actionsOf(image, run);
  return html`<aside class="details" aria-label="Details">
    <div class="row head"><${Share} image=${image} /><${Download} image=${image} />
      <button class="icon-button" aria-label="Favourite" aria-pressed=${mark.favourite} onClick=${onFavourite}><${Icon} name="heart" filled=${mark.favourite} /></button>
      <button class="icon-button danger" aria-label="Delete" title="Delete" onClick=${onRemove}><${Icon} name="trash" /></button></div>
    <p class="prompt-whole">${image.prompt}</p>
    <div class="row uses"><button onClick=${usePrompt}>Use prompt</button><button onClick=${useAll}>Use all</button>
      <button onClick=${useAsReference}>Use as reference</button></div>
    ${mark.tags.length > 0 && html`<p class="row">${mark.tags.map((tag) => html`<a class="chip button" href=${`/gallery?tag=${encodeURIComponent(tag)}`}>${tag}</a>`)}</p>`}
    ${image.error && html`<p class="error">${sentence(image.error.code)}</p>`}
    <${Facts} image=${image} run=${run} />
    <${Attempts} image=${image} />
    <${ComesFrom} run=${run} />
    <p class="keys" aria-hidden="true">${KEYS.map((each) => html`<span>${each.slice(0, -1).map((key) => html`<kbd>${key}</kbd>`)} ${each.at(-1)}</span>`)}</p></aside>`;
}
