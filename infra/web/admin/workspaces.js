/** The workspaces of the platform's users, and credits for them: every grant has a reason, and is made once. */
import { html, useState } from "../vendor/preact.js";
import { request } from "../core/api.js";
import { creditWord, exactTime, moment } from "../core/format.js";
import { useList } from "../core/list.js";
import { follow } from "../core/router.js";
import { Icon } from "../parts/icon.js";
import { Problem } from "../parts/problem.js";
import { toast } from "../parts/toast.js";

const KINDS = [["promotion", "Promotion"], ["purchase", "Purchase"], ["adjustment", "Adjustment"]];

/** `id` names the grant: it is new whenever the form changes, so a double press or a lost answer is one grant. */
export function GiveCredits({ workspaceId, onClose }) {
  const [form, setForm] = useState({ credits: "", kind: "promotion", note: "", id: crypto.randomUUID() });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const write = (name) => (event) => setForm({ ...form, [name]: event.target.value, id: crypto.randomUUID() });
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const body = { id: form.id, kind: form.kind, credits: Number(form.credits), note: form.note.trim(), workspaceId };
      const { body: given } = await request("POST", "/api/v1/wallet/grants", { body });
      toast({ text: `${creditWord(given.milliCredits)} given` });
      onClose();
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };
  return html`<form class="inline-form give" onSubmit=${send}><label>Credits<input type="number" step="0.001" required value=${form.credits} onInput=${write("credits")} /></label>
    <label>Kind<span class="select"><select onChange=${write("kind")}>${KINDS.map(([value, label]) => html`<option value=${value} selected=${value === form.kind}>${label}</option>`)}</select><${Icon} name="down" /></span></label>
    <label>Reason<input required maxlength="500" value=${form.note} placeholder="Invoice 2026-0042" onInput=${write("note")} /></label>
    <button class="primary" disabled=${busy || !Number(form.credits) || !form.note.trim()} aria-busy=${busy}>Give</button><button type="button" class="ghost" onClick=${onClose}>Cancel</button>
    <p class="count">A negative number takes back, as an adjustment.</p><${Problem} error=${error} /></form>`;
}

/** Teams' workspaces are in no list of users: an operator has their id from an owner, an answer or a log line. */
function Team() {
  const [id, setId] = useState("");
  const [giving, setGiving] = useState(null);
  const open = (event) => {
    event.preventDefault();
    setGiving(id.trim());
  };
  return html`<section class="panel"><header><h2>A team's workspace</h2></header>
    <form class="inline-form" onSubmit=${open}><label>Workspace id<input required pattern="[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}" title="an id as in the address of the workspace" value=${id} spellcheck="false" onInput=${(event) => setId(event.target.value)} /></label>
      <button disabled=${!id.trim()} aria-expanded=${giving !== null}>Give credits</button></form>
    ${giving && html`<${GiveCredits} key=${giving} workspaceId=${giving} onClose=${() => setGiving(null)} />`}</section>`;
}

const nameOf = (user) => user.name ?? (user.telegramId ? `Telegram ${user.telegramId}` : user.kind);

export function Workspaces() {
  const { items, error, more } = useList("/api/v1/debug/users?limit=50", "users");
  const [giving, setGiving] = useState(null);
  return html`<${Team} /><section class="panel"><header><h2>Workspaces <span>of users, the newest first</span></h2></header><${Problem} error=${error} />
    ${items?.length > 0 && html`<div class="scroll" tabindex="0" role="region" aria-label="Workspaces"><table class="table lines"><thead><tr>
      <th scope="col">User</th><th scope="col">Workspace id</th><th scope="col">Since</th><th scope="col"><span class="hidden">Actions</span></th></tr></thead><tbody>${items.map((user) => html`<tr key=${user.id}>
      <th scope="row">${nameOf(user)}</th><td><a href=${`/admin/generations?workspace=${user.workspaceId}`} onClick=${follow}><code>${user.workspaceId}</code></a></td>
      <td title=${exactTime(user.createdAt)}>${moment(user.createdAt)}</td>
      <td class="number"><button aria-expanded=${giving === user.id} onClick=${() => setGiving(giving === user.id ? null : user.id)}>Give credits</button></td></tr>
      ${giving === user.id && html`<tr key=${`${user.id}:give`}><td colspan="4" class="wide"><${GiveCredits} workspaceId=${user.workspaceId} onClose=${() => setGiving(null)} /></td></tr>`}`)}</tbody></table></div>`}
    ${more && html`<button onClick=${more}>Show more</button>`}</section>`;
}
