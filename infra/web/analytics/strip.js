/** The figures of a range, with the change to the range before. */
import { html } from "../vendor/preact.js";
import { dollars, exactCredits, imageWord, percent, whole } from "../core/format.js";
import { Figure, Figures } from "../parts/figures.js";

function change(now, before) {
  if (!before) return "";
  const share = (now - before) / before;
  if (share === 0) return "as before";
  return `${percent(Math.abs(share))} ${share > 0 ? "more" : "less"} than before`;
}

export function Strip({ data, earlier }) {
  if (!data) return html`<${Figures}>${["Credits spent", "Images", "Success", "Runs"].map((name) => html`<${Figure} name=${name} />`)}<//>`;
  const { total } = data;
  const asked = total.imagesCompleted + total.imagesFailed;
  const cost = total.providerCostUsd === null ? [] : [`${dollars(total.providerCostUsd)} to providers`];
  const compared = earlier ? [change(total.charged.milliCredits, earlier.total.charged.milliCredits)] : [];
  return html`<${Figures}>
    <${Figure} name="Credits spent" value=${exactCredits(total.charged.milliCredits)}>${[...cost, ...compared].filter(Boolean).join(" · ")}<//>
    <${Figure} name="Images" value=${whole(total.imagesCompleted)}>of ${whole(asked)} asked for<//>
    <${Figure} name="Success" value=${total.successRate === null ? "–" : percent(total.successRate)}>${total.imagesFailed ? `${whole(total.imagesFailed)} failed, none charged` : "none failed"}<//>
    <${Figure} name="Runs" value=${whole(total.generations)}>${total.imagesLate ? `${imageWord(total.imagesLate)} came late, free` : ""}<//><//>`;
}
