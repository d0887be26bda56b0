/** API keys: make, rotate, revoke. A new key is shown once. */
import { html, useState } from "../vendor/preact.js";
import { request } from "../core/api.js";
import { exactTime, moment } from "../core/format.js";
import { useList } from "../core/list.js";
import { Copy } from "../parts/copy.js";
import { Dialog } from "../parts/dialog.js";
import { Icon } from "../parts/icon.js";
import { Problem } from "../parts/problem.js";

const DAY_SECONDS = 86_400;

const example = (key) => `curl -s ${location.origin}/api/v1/generations \\
  -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" \\
  -d '{"prompt": "a red fox in the snow", "model": "sandbox"}'`;

/** A key that is shown only here. */
const NewKey = ({ made, onClose }) => html`<${Dialog} title=${made.name} onClose=${onClose}>
  <p>Copy the key now: it is not shown again.</p>
  <div class="code"><code>${made.apiKey}</code><${Copy} text=${made.apiKey} /></div>
  <p>An image with it:</p><div class="code"><pre tabindex="0">${example(made.apiKey)}</pre><${Copy} text=${example(made.apiKey)} /></div><//>`;

function Form({ onMade }) {
  const [name, setName] = useState("");
  const [days, setDays] = useState("");
  const [service, setService] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const body = { name: name.trim(), service, ...(days && { expiresInDays: Number(days) }) };
      onMade((await request("POST", "/api/v1/api-keys", { body })).body);
      setName("");
    } catch (failed) {
      setError(failed);
    }
    setBusy(false);
  };
  return html`<form class="inline-form" onSubmit=${send}>
    <label>Name<input value=${name} maxlength="100" required autocomplete="off" onInput=${(event) => setName(event.target.value)} /></label>
    <label>Ends<span class="select"><select value=${days} onChange=${(event) => setDays(event.target.value)}><option value="">when revoked</option>
      <option value="30">in 30 days</option><option value="365">in a year</option></select><${Icon} name="down" /></span></label>
    <label class="check"><input type="checkbox" checked=${service} onChange=${(event) => setService(event.target.checked)} />For a machine</label>
    <button class="primary" disabled=${busy || !name.trim()} aria-busy=${busy}>Make a key</button><${Problem} error=${error} /></form>`;
}

function Line({ item, onMade, onChanged }) {
  const [error, setError] = useState(null);
  const act = async (action) => {
    setError(null);
    try {
      await action();
    } catch (failed) {
      setError(failed);
    }
  };
  const rotate = () => act(async () => onMade((await request("POST", `/api/v1/api-keys/${item.id}/rotate`, { body: { overlapSeconds: DAY_SECONDS } })).body));
  const revoke = () => act(async () => { await request("DELETE", `/api/v1/api-keys/${item.id}`); onChanged(); });
  const state = item.revokedAt ? "revoked" : item.active ? (item.expiresAt ? `until ${moment(item.expiresAt)}` : "works") : "ended";
  return html`<tr><th scope="row"><b>${item.name}</b>${item.service && html` <span class="count">machine</span>`}<${Problem} error=${error} /></th>
    <td><code>${item.prefix}…${item.lastFour}</code></td><td>${item.scopes.join(", ")}</td>
    <td title=${exactTime(item.createdAt)}>${moment(item.createdAt)}</td><td class=${item.active ? "" : "count"}>${state}</td>
    <td class="number">${item.active && html`<span class="row end"><button title="The old one works for 24 hours more" onClick=${rotate}>Rotate</button>
      <button class="danger" onClick=${revoke}>Revoke</button></span>`}</td></tr>`;
}

export function ApiKeys() {
  const { items, error, more, reload } = useList("/api/v1/api-keys?limit=50", "apiKeys");
  const [made, setMade] = useState(null);
  const show = (key) => { setMade(key); reload(); };
  return html`${made && html`<${NewKey} made=${made} onClose=${() => setMade(null)} />`}
    <section class="panel"><header><h2>API keys</h2></header><${Form} onMade=${show} /><${Problem} error=${error} />
    ${items?.length === 0 && html`<p class="count">There is no key yet. A key lets a program make images and pays from this workspace.</p>`}
    ${items?.length > 0 && html`<div class="scroll" tabindex="0" role="region" aria-label="API keys"><table class="table lines"><thead><tr><th scope="col">Name</th><th scope="col">Key</th>
      <th scope="col">May</th><th scope="col">Made</th><th scope="col">State</th><th scope="col"><span class="hidden">Actions</span></th></tr></thead>
      <tbody>${items.map((item) => html`<${Line} key=${item.id} item=${item} onMade=${show} onChanged=${reload} />`)}</tbody></table></div>`}
    ${more && html`<button onClick=${more}>Show more</button>`}</section>`;
}
