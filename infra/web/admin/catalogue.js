/** The models with their prices, retired ones included. */
import { html } from "../vendor/preact.js";
import { credits } from "../core/format.js";
import { useLoaded } from "../core/load.js";
import { Problem } from "../parts/problem.js";

const creditsFrom = ({ lowestMilliCredits: low, highestMilliCredits: high }) => (low === high ? credits(low) : `${credits(low)} to ${credits(high)}`);

export function Catalogue() {
  const { body, error } = useLoaded("/api/v1/models?include=retired");
  return html`<section class="panel"><header><h2>Catalogue</h2></header><${Problem} error=${error} />
    ${body && html`<div class="scroll" tabindex="0" role="region" aria-label="Catalogue"><table class="table lines"><thead><tr><th scope="col">Model</th><th scope="col">Providers</th><th scope="col">State</th>
      <th scope="col" class="number">Credits</th></tr></thead><tbody>${body.models.map((model) => html`<tr key=${model.id}>
      <th scope="row">${model.name}<br /><code>${model.id}</code></th><td>${model.servedBy.map((each) => each.provider).join(", ")}</td><td>${model.status}</td>
      <td class="number">${model.price ? creditsFrom(model.price) : "-"}</td></tr>`)}</tbody></table></div>`}</section>`;
}
