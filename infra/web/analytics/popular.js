/** The caller's own prompts that were used most in a range: what others write is theirs. */
import { html } from "../vendor/preact.js";
import { whole } from "../core/format.js";
import { useLoaded } from "../core/load.js";
import { useInForm } from "../generator/form.js";

const MOST = 8;

export function Popular({ from, to }) {
  const { body } = useLoaded(`/api/v1/gallery/prompts?mine=true&from=${from}&to=${to}&limit=${MOST}`);
  if (!body?.prompts.length) return null;
  return html`<section class="panel"><header><h2>Your prompts used most${!body.complete && html` <span>of the last ${whole(body.lookedAt)} runs</span>`}</h2></header>
    <div class="scroll" tabindex="0" role="region" aria-label="Prompts used most"><table class="table"><thead><tr><th scope="col">Prompt</th><th scope="col" class="number">Runs</th>
      <th scope="col" class="number">Images</th><th scope="col"><span class="hidden">Use</span></th></tr></thead>
      <tbody>${body.prompts.map((item) => html`<tr key=${item.lastGenerationId}><th scope="row" class="wide">${item.prompt}</th><td class="number">${whole(item.generations)}</td>
        <td class="number">${whole(item.images)}</td><td class="number"><button onClick=${() => useInForm({ prompt: item.prompt }, "The prompt is in the form")}>Use</button></td></tr>`)}</tbody></table></div></section>`;
}
