/** Webhooks: where events are sent (addresses, queues, buses, buckets), each delivery with its answer, and what can be sent again. */
import { html, useState } from "../vendor/preact.js";
import { request } from "../core/api.js";
import { moment } from "../core/format.js";
import { useLoaded } from "../core/load.js";
import { failure } from "../core/words.js";
import { Copy } from "../parts/copy.js";
import { Dialog } from "../parts/dialog.js";
import { Problem } from "../parts/problem.js";
import { toast } from "../parts/toast.js";
import { Deliveries } from "./deliveries.js";
import { NewWebhook } from "./new_webhook.js";
import { Verification } from "./verification.js";

const EXAMPLE = "generation.completed";
const DAY_MS = 86_400_000;

/** A secret that is shown only here. */
const Secret = ({ made, onClose }) => html`<${Dialog} title=${`The secret of ${made.url || made.arn}`} onClose=${onClose}>
  <p>Copy it now: it is not shown again. Deliveries are signed with it (Standard Webhooks).</p>
  <div class="code"><code>${made.secret}</code><${Copy} text=${made.secret} /></div><//>`;

/** A queue, bus or bucket that has not been shown to be one's own. */
const isPending = (webhook) => Boolean(webhook.arn && !webhook.verifiedAt);

function state(webhook) {
  if (isPending(webhook)) return ["pending", "ochre"];
  if (!webhook.enabled) return ["off", "count"];
  return webhook.failing ? [`failing, ${webhook.failures} in a row`, "bad"] : ["on", "good"];
}

function Endpoint({ webhook, onSecret, onChanged }) {
  const [round, setRound] = useState(0);
  const [busy, setBusy] = useState(false);
  const path = `/api/v1/webhooks/${webhook.id}`;
  const listAgain = () => setRound((number) => number + 1);
  const act = (words, method, address, body) => async () => {
    setBusy(true);
    try {
      const answer = await request(method, address, { body });
      if (words) toast({ text: words });
      if (answer.body.secret) onSecret(answer.body);
      onChanged();
      if (method !== "DELETE") listAgain();
    } catch (error) {
      toast({ text: failure(error) });
    }
    setBusy(false);
  };
  const remove = act("The webhook is removed", "DELETE", path);
  const [word, tone] = state(webhook);
  const pending = isPending(webhook);
  const verified = webhook.verifiedAt ? ` · verified ${moment(webhook.verifiedAt)}` : "";
  const old = webhook.previousSecretEndsAt ? ` · the old secret works until ${moment(webhook.previousSecretEndsAt)}` : "";
  return html`<section class="panel webhook"><header><div><h2 class="address">${webhook.url || webhook.arn}</h2><p class="count">${webhook.eventTypes.length || "all"} events${verified}${old}
      ${webhook.disabledReason ? ` · ${webhook.disabledReason}` : ""}</p></div><div class="row"><span class=${tone}>${word}</span>
      ${!pending && html`<button disabled=${busy} onClick=${act("An example is on its way", "POST", `${path}/example`, { eventType: EXAMPLE })}>Send a test</button>
      <button disabled=${busy} onClick=${act("Missed events of the last day are sent again", "POST", `${path}/recover`, { since: new Date(Date.now() - DAY_MS).toISOString() })}>Recover a day</button>
      <button disabled=${busy} onClick=${act("", "POST", `${path}/rotate`)}>New secret</button>
      <button disabled=${busy} onClick=${act("", "PATCH", path, { enabled: Boolean(webhook.disabledReason) })}>${webhook.disabledReason ? "Switch on" : "Switch off"}</button>`}
      <button class="danger" disabled=${busy} onClick=${remove}>Remove</button></div></header>
    ${pending && html`<${Verification} webhook=${webhook} onSent=${() => { listAgain(); onChanged(); }} onVerified=${onChanged} />`}
    <${Deliveries} path=${`${path}/deliveries`} round=${round} /></section>`;
}

export function Webhooks() {
  const [round, setRound] = useState(0);
  const { body, error } = useLoaded("/api/v1/webhooks", round);
  const [made, setMade] = useState(null);
  const reload = () => setRound((number) => number + 1);
  return html`${made && html`<${Secret} made=${made} onClose=${() => setMade(null)} />`}<${Problem} error=${error} />
    ${body?.webhooks.map((webhook) => html`<${Endpoint} key=${webhook.id} webhook=${webhook} onSecret=${setMade} onChanged=${reload} />`)}
    ${body && html`<${NewWebhook} onMade=${(webhook) => { setMade(webhook); reload(); }} />`}`;
}
