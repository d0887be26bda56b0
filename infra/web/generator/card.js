/** One image of a run, in one box of its shape: waiting, painting, arriving, done, failed or stopped. */
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { credits, seconds } from "../core/format.js";
import { failure, NOTHING_CHARGED, runFailure, sentence } from "../core/words.js";
import { follow } from "../core/router.js";
import { useKnown } from "../core/store.js";
import { gallery } from "../gallery/images.js";
import { Blur } from "../parts/blur.js";
import { Icon } from "../parts/icon.js";
import { PriceTag } from "../parts/price.js";
import { actionsOf } from "../viewer/actions.js";
import { runs } from "./runs.js";

const STAGES = { queued: "In line", submitted: "Sent", generating: "Painting", storing: "Saving" };

/** Milliseconds since a time, counted while the card is on the page. */
function useElapsed(since) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => { if (navigator.onLine) setNow(Date.now()); }, 500);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, now - new Date(since));
}

/** How far an image is, from the usual time: never 100 before it is there. */
function share(elapsedMs, usualMs) {
  const ratio = elapsedMs / usualMs;
  return ratio < 0.9 ? ratio : 0.99 - 0.09 * Math.exp((0.9 - ratio) * 2);
}

function Waiting({ run, image }) {
  const elapsed = useElapsed(run.createdAt);
  const eta = run.eta?.samples >= 20 ? run.eta : null;
  const usual = eta && new Date(eta.p50At) - new Date(run.createdAt);
  const late = eta && elapsed > new Date(eta.p90At) - new Date(run.createdAt);
  const word = STAGES[image.stage ?? "queued"];
  const painting = image.stage === "generating" || image.stage === "storing";
  const whole = Math.round(elapsed / 1000);
  const time = usual ? `${whole} s of about ${Math.round(usual / 1000)}` : `${whole} s`;
  return html`<div class=${`weave ${painting ? "sweep" : ""}`}>
    <div class="stage"><b>${late ? html`Slower than usual<span class="longer">, still working</span>` : word}</b><span>${time}</span>
      ${usual && html`<div class="bar" role="progressbar" aria-label="Progress of the image" aria-valuemin="0" aria-valuemax="100"
        aria-valuenow=${Math.round(share(elapsed, usual) * 100)} aria-valuetext=${`${whole} of about ${Math.round(usual / 1000)} seconds`}>
        <i style=${{ width: `${share(elapsed, usual) * 100}%` }}></i></div>`}
    </div></div>`;
}

function Done({ run, image }) {
  const [loaded, setLoaded] = useState(false);
  const mark = useKnown(gallery).marks.get(image.id) ?? { favourite: false };
  const time = image.completedAt && new Date(image.completedAt) - new Date(run.createdAt);
  return html`<div class="done">
    ${image.blurhash && !loaded && html`<${Blur} hash=${image.blurhash} />`}
    <a href=${`/gallery/${image.id}`} onClick=${follow} data-image=${image.id} aria-label=${`Open: ${image.prompt.slice(0, 125)}`}>
      <img src=${image.previewUrl ?? image.url} alt=${image.prompt.slice(0, 250)} width=${image.width} height=${image.height}
        decoding="async" class=${loaded ? "shown" : ""} onLoad=${() => setLoaded(true)} /></a>
    <span class="on-image"><button aria-label="Favourite" title="Favourite" aria-pressed=${mark.favourite}
        onClick=${() => gallery.mark([image], { favourite: !mark.favourite })}><${Icon} name="heart" filled=${mark.favourite} /></button>
      <button aria-label="Use as reference" title="Use as reference" onClick=${actionsOf(image, run).useAsReference}><${Icon} name="image" /></button>
      <a href=${`${image.permalink}?download=true`} aria-label="Download" title="Download"><${Icon} name="download" /></a></span>
    <span class="caption">${credits(image.priceMilliCredits)} · ${time ? seconds(time) : ""}</span></div>`;
}

function Ended({ run, image }) {
  const stopped = image.status === "CANCELLED";
  const [quote, setQuote] = useState(null);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const key = useRef(crypto.randomUUID());
  const code = image.error?.code ?? run.error?.code;
  const offered = !stopped && code !== "content_policy";
  const ask = () => runs.retryQuote(run, image).then(setQuote, (error) => setProblem(failure(error)));
  useEffect(() => { if (offered) ask(); }, []);
  const retry = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await runs.retry(run, image, quote?.quoteId, key.current);
    } catch (error) {
      setProblem(runFailure(error));
      if (error.code === "quote_expired") ask();
      setBusy(false);
    }
  };
  const providers = new Set(image.attempts.map((attempt) => attempt.provider)).size;
  const tried = image.attempts.length > 1 ? `Tried ${image.attempts.length} times, on ${providers} ${providers === 1 ? "provider" : "providers"}. ` : "";
  return html`<div class=${`ended ${stopped ? "stopped" : ""}`}>
    <${Icon} name=${stopped ? "stop" : "warning"} />
    <b>${stopped ? "Stopped" : sentence(code)}</b><p>${tried}${NOTHING_CHARGED}</p>
    <div class="row">
      ${offered && quote && html`<button disabled=${busy} aria-busy=${busy} onClick=${retry}><${Icon} name="retry" />
        Retry this one <${PriceTag} milliCredits=${quote.price.milliCredits} /></button>`}
      ${code && html`<details><summary>Why?</summary><code>${code}</code> ${image.error?.message}</details>`}
    </div>
    ${problem && html`<p class="error" role="alert">${problem}</p>`}</div>`;
}

export function Card({ run, image, ratio }) {
  const now = runs.inPlace(run, image);
  const state = now.image.status;
  const Body = state === "COMPLETED" ? Done : state === "FAILED" || state === "CANCELLED" ? Ended : Waiting;
  return html`<li class="card" style=${{ aspectRatio: String(ratio) }} data-state=${state}><${Body} key=${now.image.id} ...${now} /></li>`;
}
