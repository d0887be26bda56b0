/** What may be spent in a month: by the workspace, and by each API key. */
import { html, useState } from "../vendor/preact.js";
import { request } from "../core/api.js";
import { creditNoun, exactCredits, moment, percent } from "../core/format.js";
import { useList } from "../core/list.js";
import { useLoaded } from "../core/load.js";
import { Problem } from "../parts/problem.js";

function Budget({ path, name }) {
  const [round, setRound] = useState(0);
  const { body: budget, error } = useLoaded(path, round);
  const [limit, setLimit] = useState("");
  const [problem, setProblem] = useState(null);
  const send = async (method, body) => {
    setProblem(null);
    try {
      await request(method, path, { body });
      setLimit("");
      setRound(round + 1);
    } catch (failed) {
      setProblem(failed);
    }
  };
  const save = (event) => { event.preventDefault(); send("PUT", { credits: Number(limit) }); };
  if (!budget) return html`<li class="budget"><b>${name}</b><${Problem} error=${error} /></li>`;
  const share = budget.limit?.milliCredits ? Math.min(1, budget.used.milliCredits / budget.limit.milliCredits) : null;
  return html`<li class="budget"><div class="row"><b>${name}</b><span class="count end">${exactCredits(budget.used.milliCredits)}
      ${budget.limit ? ` of ${exactCredits(budget.limit.milliCredits)} ${creditNoun(budget.limit.milliCredits)}` : ` ${creditNoun(budget.used.milliCredits)}, no limit`}</span></div>
    ${share !== null && html`<div class="bar" role="progressbar" aria-label=${`Used of ${name}`} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(share * 100)}>
      <i class=${budget.alerted ? "alert" : ""} style=${{ width: `${share * 100}%` }}></i></div>`}
    <p class="count">${budget.reached ? "Used up; " : budget.alerted ? `Over ${budget.alertPercent} %; ` : share === null ? "" : `${percent(share)} used; a notice at ${budget.alertPercent} %; `}starts again ${moment(budget.resetsAt)}</p>
    <form class="inline-form" onSubmit=${save}><label>Credits a month<input type="number" min="0" step="0.001" value=${limit} required
      placeholder=${budget.limit ? budget.limit.credits : ""} onInput=${(event) => setLimit(event.target.value)} /></label>
      <button disabled=${limit === ""}>Set</button>${budget.limit && html`<button type="button" class="danger" onClick=${() => send("DELETE")}>Remove</button>`}</form>
    <${Problem} error=${problem} /></li>`;
}

export function Budgets() {
  const { items, error } = useList("/api/v1/api-keys?limit=20", "apiKeys");
  const keys = items?.filter((item) => item.active) ?? [];
  return html`<section class="panel"><header><h2>The workspace</h2></header><ul><${Budget} path="/api/v1/budgets/workspace" name="All of the workspace" /></ul></section>
    <section class="panel"><header><h2>API keys</h2></header><${Problem} error=${error} />
      ${items && keys.length === 0 ? html`<p class="count">There is no key. A key can have a budget of its own.</p>`
        : html`<ul>${keys.map((item) => html`<${Budget} key=${item.id} path=${`/api/v1/budgets/keys/${item.id}`} name=${item.name} />`)}</ul>`}</section>`;
}
