/** A lane for each image: when it waited, which provider painted, when it was saved, what failed. */
import { html } from "../vendor/preact.js";
import { exactCredits, seconds } from "../core/format.js";

const TICKS = 7;
const KINDS = [["waiting", "in line"], ["painting", "painting"], ["saving", "saving"], ["failed", "failed try"]];
const at = (iso) => new Date(iso).getTime();

/** The bars of an image: `{kind, from, to, text, title}` in milliseconds since the start. */
function barsOf(image, start, end) {
  const bars = [];
  let last = 0;
  image.attempts.forEach((attempt) => {
    const [from, to] = [at(attempt.startedAt) - start, (attempt.endedAt ? at(attempt.endedAt) : end) - start];
    if (from > last) bars.push({ kind: "waiting", from: last, to: from, title: `in line ${seconds(from - last)}` });
    const failed = attempt.endedAt && attempt.outcome !== "delivered";
    const why = failed ? ` · ${attempt.errorCode ?? attempt.outcome}` : "";
    bars.push({
      kind: failed ? "failed" : "painting", from, to, text: failed ? attempt.errorCode ?? attempt.outcome : `${attempt.provider} ${seconds(to - from)}`,
      title: `${attempt.provider} ${seconds(to - from)}${why}`,
    });
    last = to;
  });
  const until = (image.completedAt ? at(image.completedAt) : end) - start;
  if (until > last) bars.push({ kind: image.attempts.length ? "saving" : "waiting", from: last, to: until, title: `${image.attempts.length ? "saving" : "in line"} ${seconds(until - last)}` });
  return bars;
}

const outcome = (image) => {
  if (image.status === "COMPLETED") return image.attempts.length > 1 ? "second try" : "delivered";
  return image.errorCode ?? image.status.toLowerCase();
};

export function Lanes({ shown }) {
  const start = at(shown.createdAt);
  const end = shown.completedAt ? at(shown.completedAt) : Date.now();
  const whole = Math.max(1, end - start);
  const place = (bar) => ({ left: `${(100 * bar.from) / whole}%`, width: `${(100 * (bar.to - bar.from)) / whole}%` });
  return html`<section class="panel lanes"><header><h2>Timeline</h2><ul>${KINDS.map(([kind, label]) => html`<li><i class=${kind}></i>${label}</li>`)}</ul></header>
    <div class="lane clock" aria-hidden="true"><span></span><div>${Array.from({ length: TICKS }, (_, i) => html`<span style=${{ left: `${(100 * i) / TICKS}%` }}>${seconds((whole * i) / TICKS)}</span>`)}</div><span></span><span></span></div>
    <ul>${shown.images.map((image) => html`<li class="lane" key=${image.index}><span>${image.shot ?? `Image ${image.index + 1}`}</span>
      <div>${barsOf(image, start, end).map((bar) => html`<i class=${bar.kind} style=${place(bar)} title=${bar.title}><span>${bar.text}</span></i>`)}</div>
      <span class=${image.status === "COMPLETED" ? "good" : image.status === "FAILED" ? "bad" : ""}>${outcome(image)}</span><b>${exactCredits(image.priceMilliCredits)}</b></li>`)}</ul></section>`;
}
