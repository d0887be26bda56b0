/** What shops ask of a picture, and what misses it; the files are made when somebody asks. */
import { html, useState } from "../vendor/preact.js";
import { get } from "../core/api.js";
import { percent } from "../core/format.js";
import { Icon } from "../parts/icon.js";
import { Problem } from "../parts/problem.js";

const NAMES = { google: "Google Merchant", shopify: "Shopify", amazon: "Amazon main", vtex: "VTEX" };
const share = (value) => (typeof value === "number" && value > 0 && value < 1 ? percent(value) : String(value));

/** The front alone suits shops best; else the first shot that there is. */
const bestOf = (run) => {
  const done = run.images.filter((image) => image.status === "COMPLETED");
  return done.find((image) => image.shot === "solo-front") ?? done[0];
};

function Channel({ item }) {
  const missed = item.rules.filter((rule) => !rule.met);
  return html`<li><div><b>${NAMES[item.channel] ?? item.channel}</b><span class="count">${missed.length ? missed.map((rule) => `${rule.rule} ${share(rule.actual)}, needs ${share(rule.required)}`).join("; ")
    : `${item.width} × ${item.height}`}</span></div>
    <span class=${item.meetsAll ? "good" : "ochre"}>${item.meetsAll ? html`<${Icon} name="check" /> ready` : "not yet"}</span>
    <a class="button icon-button" href=${item.url} aria-label=${`Download for ${NAMES[item.channel] ?? item.channel}`} download=${item.filename}><${Icon} name="download" /></a></li>`;
}

export function Ready({ run }) {
  const [state, setState] = useState({ exports: null, busy: false, error: null });
  const image = bestOf(run);
  const check = async () => {
    setState({ exports: null, busy: true, error: null });
    try {
      setState({ exports: (await get(`/api/v1/images/${image.id}/exports`)).exports, busy: false, error: null });
    } catch (error) {
      setState({ exports: null, busy: false, error });
    }
  };
  return html`<section class="ready"><h2>Ready for</h2>${state.exports ? html`<ul>${state.exports.map((item) => html`<${Channel} key=${item.channel} item=${item} />`)}</ul>`
    : html`<p class="count">Google, Shopify, Amazon and VTEX each ask for their own size and border.</p><button disabled=${state.busy} aria-busy=${state.busy} onClick=${check}>Check ${image.shot?.replaceAll("-", " ") ?? "the image"}</button>`}
    <${Problem} error=${state.error} /></section>`;
}
