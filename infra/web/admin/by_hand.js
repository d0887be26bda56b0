/** What an operator does with one generation: end it when it is stuck, and give its workspace credits. */
import { html, useState } from "../vendor/preact.js";
import { request } from "../core/api.js";
import { Problem } from "../parts/problem.js";
import { toast } from "../parts/toast.js";
import { GiveCredits } from "./workspaces.js";

function Settle({ shown, onClose, onSettled }) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await request("POST", `/api/v1/admin/generations/${shown.generationId}/settle`, { body: { workspaceId: shown.workspaceId, reason: reason.trim() } });
      toast({ text: "The generation is closed" });
      onSettled();
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };
  return html`<form class="inline-form" onSubmit=${send}><label>Reason<input required maxlength="500" value=${reason} placeholder="The provider has lost the job" onInput=${(event) => setReason(event.target.value)} /></label>
    <button class="danger" disabled=${busy || !reason.trim()} aria-busy=${busy}>Close it</button><button type="button" class="ghost" onClick=${onClose}>Cancel</button>
    <p class="count">Images that are there are charged; the rest of the hold is free again.</p><${Problem} error=${error} /></form>`;
}

export function ByHand({ shown, onSettled }) {
  const [open, setOpen] = useState(null);
  const close = () => setOpen(null);
  return html`<section class="panel"><header><h2>User</h2></header><p><code>${shown.userId}</code></p><p class="count">workspace <code>${shown.workspaceId}</code></p>
    <div class="row by-hand"><button aria-expanded=${open === "give"} onClick=${() => setOpen(open === "give" ? null : "give")}>Give credits</button>
      ${shown.completedAt === null && html`<button class="danger" aria-expanded=${open === "settle"} onClick=${() => setOpen(open === "settle" ? null : "settle")}>Close by hand</button>`}</div>
    ${open === "give" && html`<${GiveCredits} workspaceId=${shown.workspaceId} onClose=${close} />`}
    ${open === "settle" && shown.completedAt === null && html`<${Settle} shown=${shown} onClose=${close} onSettled=${() => { close(); onSettled(); }} />`}</section>`;
}
