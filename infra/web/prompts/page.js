/** `/prompts`: what was asked for, and the templates. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { catalogue, modelName } from "../core/catalogue.js";
import { dollars, exactTime, moment, size } from "../core/format.js";
import { follow } from "../core/router.js";
import { useKnown } from "../core/store.js";
import { draft, useInForm } from "../generator/form.js";
import { Icon } from "../parts/icon.js";
import { Problem } from "../parts/problem.js";
import { Tabs } from "../parts/tabs.js";
import { useHistory } from "./history.js";
import { Templates } from "./templates.js";

const MOST_THUMBNAILS = 3;
const STATES = { PENDING: ["in line", "ochre"], PROCESSING: ["running", "ochre"], COMPLETED: ["delivered", "good"], FAILED: ["failed", "bad"], CANCELLED: ["stopped", "count"] };

const sizeText = (text) => (text?.includes("x") ? size(text) : text);

function Line({ item, images }) {
  const [open, setOpen] = useState(false);
  const [word, tone] = STATES[item.status];
  const made = images.filter((image) => image.thumbnailUrl);
  const use = () => useInForm({ prompt: item.prompt }, "The prompt is in the form");
  return html`<tr><th scope="row" class="wide">${item.prompt}${open && html`<p class="error">${item.errorMessage} Nothing was charged.</p>`}</th>
    <td><span class="thumbs">${made.slice(0, MOST_THUMBNAILS).map((image) => html`<a href=${`/gallery/${image.id}`} onClick=${follow} aria-label="Open the image">
      <img src=${image.thumbnailUrl} alt="" width="36" height="36" loading="lazy" /></a>`)}${made.length > MOST_THUMBNAILS && html`<span class="count">+${made.length - MOST_THUMBNAILS}</span>`}
      ${made.length === 0 && html`<span class="count">none</span>`}</span></td>
    <td>${item.taskType === "IMAGE_TO_IMAGE" ? "image" : "text"}</td><td>${modelName(item.model)}</td><td>${sizeText(item.imageSize)}</td>
    <td class=${tone}>${item.errorMessage ? html`<button class="ghost danger why" aria-expanded=${open} onClick=${() => setOpen(!open)}>${word}</button>` : word}</td>
    <td class="number">${dollars(item.cost)}</td><td class="number" title=${exactTime(item.createdAt)}>${moment(item.createdAt)}</td>
    <td class="number"><button onClick=${use}>Use</button></td></tr>`;
}

function History() {
  useKnown(catalogue);
  const { prompts, images, error, more } = useHistory();
  if (prompts?.length === 0) {
    return html`<section class="empty"><h2>Your prompts will be here</h2><p>Each one with its images, also those that failed.</p>
      <div class="row"><a class="button primary" href="/generator" onClick=${follow}>Write a prompt</a></div></section>`;
  }
  return html`<section class="panel"><h2 class="hidden">History</h2><${Problem} error=${error} />
    ${prompts && images && html`<div class="scroll" tabindex="0" role="region" aria-label="Prompts"><table class="table history lines"><thead><tr>${["Prompt", "Images", "From", "Model", "Size", "State"].map((head) => html`<th scope="col">${head}</th>`)}
      <th scope="col" class="number">Cost</th><th scope="col" class="number">When</th><th scope="col"><span class="hidden">Use</span></th></tr></thead>
      <tbody>${prompts.map((item) => html`<${Line} key=${item.id} item=${item} images=${images.get(item.id) ?? []} />`)}</tbody></table></div>`}
    ${more && html`<button onClick=${more}>Show more</button>`}</section>`;
}

export function Page({ id }) {
  useEffect(() => { document.title = "Prompts · Easel"; }, []);
  const templates = id === "templates";
  const [making, setMaking] = useState(false);
  return html`<main id="main" class="plain-page"><header class="page-head"><h1>Prompts</h1>
      ${templates ? html`<button class="primary" aria-expanded=${making} onClick=${() => setMaking(true)}><${Icon} name="plus" />New template</button>`
        : html`<a class="button primary" href="/generator" onClick=${(event) => { draft.change({ prompt: "" }); follow(event); }}><${Icon} name="plus" />New prompt</a>`}</header>
    <${Tabs} label="Prompts" path=${templates ? "/prompts/templates" : "/prompts"} tabs=${[{ path: "/prompts", label: "History" }, { path: "/prompts/templates", label: "Templates" }]} />
    ${templates ? html`<${Templates} making=${making} onMaking=${setMaking} />` : html`<${History} />`}</main>`;
}
