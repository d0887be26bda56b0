/** Runs that are under way, or have ended since the page was opened. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { moment } from "../core/format.js";
import { follow } from "../core/router.js";
import { hasEnded } from "../generator/runs.js";
import { PriceTag } from "../parts/price.js";

const MOST = 4;

function Line({ run }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const made = run.images.find((image) => image.thumbnailUrl);
  const seconds = Math.max(0, Math.round((now - new Date(run.createdAt)) / 1000));
  const state = hasEnded(run) ? `${run.imagesCompleted} of ${run.n} · done ${moment(run.completedAt ?? run.createdAt)}` : `${run.imagesCompleted} of ${run.n} ready · ${seconds} s`;
  return html`<li><a href="/generator" onClick=${follow}>${made ? html`<img src=${made.thumbnailUrl} alt="" width="38" height="38" />` : html`<i class="weave"></i>`}
    <span><b>${run.prompt}</b><span>${state}</span></span>${hasEnded(run) && html`<${PriceTag} spent milliCredits=${run.chargedMilliCredits ?? 0} />`}</a></li>`;
}

export function Running({ list }) {
  const open = list.filter((run) => !hasEnded(run)).length;
  return html`<section class="running"><h2>Running now ${open > 0 && html`<span class="live">live</span>`}</h2>
    ${list.length === 0 ? html`<p class="count">Nothing is running.</p>` : html`<ul>${list.slice(0, MOST).map((run) => html`<${Line} key=${run.id} run=${run} />`)}</ul>`}</section>`;
}
