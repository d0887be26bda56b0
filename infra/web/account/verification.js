/** What is left to do until a queue, bus or bucket gets events: attach the policy, have a code sent, give it back. */
import { html, useState } from "../vendor/preact.js";
import { request } from "../core/api.js";
import { moment } from "../core/format.js";
import { Copy } from "../parts/copy.js";
import { Problem } from "../parts/problem.js";
import { toast } from "../parts/toast.js";

const PLACES = {
  sqs: { name: "queue", code: () => html`<code>data.verification.code</code> of the message` },
  eventbridge: { name: "bus", code: () => html`<code>data.verification.code</code> in the detail of the event <code>webhook.verification</code>` },
  s3: { name: "bucket", code: ({ id, prefix }) => html`<code>data.verification.code</code> of the object <code>${prefix}easel-verification/${id}.json</code>` },
};

/** `onSent` and `onVerified` are told what has happened, so that the page reads the endpoint again. */
export function Verification({ webhook, onSent, onVerified }) {
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const { name, code: where } = PLACES[webhook.type];
  const act = (address, body, then) => async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await request("POST", `/api/v1/webhooks/${webhook.id}/${address}`, { body });
      then();
    } catch (failed) {
      setError(failed);
    }
    setBusy(false);
  };
  const send = act("send-code", undefined, onSent);
  const verify = act("verify", { code: code.trim() }, () => { toast({ text: `The ${name} is verified and gets events` }); onVerified(); });
  const policy = JSON.stringify(webhook.policy, null, 2);
  const sent = webhook.codeExpiresAt;
  return html`<ol class="steps"><li><b>Attach this policy to the ${name}.</b> It allows Easel to deliver there, and nothing else.
      <div class="code"><pre tabindex="0" aria-label="Policy">${policy}</pre><${Copy} text=${policy} label="Copy the policy" /></div></li>
    <li><b>Have a code sent there.</b> ${sent ? `One was sent; it works until ${moment(sent)}.` : "It works for an hour."}
      <div class="row"><button class=${sent ? "" : "primary"} disabled=${busy} aria-busy=${busy} onClick=${send}>${sent ? "Send another code" : "Send the code"}</button></div></li>
    <li><b>Give it back.</b> It is ${where(webhook)}.
      <form class="inline-form" onSubmit=${verify}><label>Code<input value=${code} maxlength="100" autocomplete="off" spellcheck="false" onInput=${(event) => setCode(event.target.value)} /></label>
        <button class=${sent ? "primary" : ""} disabled=${busy || !code.trim()} aria-busy=${busy}>Verify</button></form></li></ol>
    <${Problem} error=${error} />`;
}
