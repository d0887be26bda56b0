/** The circuits of providers and their models, as `GET /api/v1/status` has them. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { moment } from "../core/format.js";
import { useLoaded } from "../core/load.js";
import { Problem } from "../parts/problem.js";

const REFRESH_MS = 15_000;
const tone = (state) => ({ ok: "good", closed: "good", down: "bad", open: "bad" })[state] ?? "";

const failures = (circuit) => Object.entries(circuit.failures).map(([kind, count]) => `${count} ${kind}`).join(", ") || "-";

const Circuit = ({ provider, circuit }) => html`<tr><th scope="row">${provider}</th><td>${circuit.model}</td>
  <td class=${tone(circuit.state)}>${circuit.state.replace("_", " ")}</td><td>${failures(circuit)}</td><td>${circuit.openUntil ? moment(circuit.openUntil) : "-"}</td></tr>`;

export function Circuits() {
  const [round, setRound] = useState(0);
  const { body, error } = useLoaded("/api/v1/status", round);
  useEffect(() => {
    const timer = setInterval(() => setRound((number) => number + 1), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return html`<section class="panel"><header><h2>Circuits</h2></header><${Problem} error=${error} />
    ${body && html`<div class="scroll" tabindex="0" role="region" aria-label="Circuits"><table class="table lines"><thead><tr>
      <th scope="col">Provider</th><th scope="col">Model</th><th scope="col">State</th><th scope="col">Failures</th><th scope="col">Open until</th></tr></thead><tbody>
      ${body.providers.map((each) => (each.circuits.length ? each.circuits.map((circuit) => html`<${Circuit} provider=${each.name} circuit=${circuit} />`)
        : html`<tr><th scope="row">${each.name}</th><td>all</td><td class=${tone(each.status)}>${each.status}</td><td>-</td><td>-</td></tr>`))}</tbody></table></div>`}</section>`;
}
