/** The form of a new webhook: an address, or a queue, bus or bucket in an AWS account of one's own. */
import { html, useState } from "../vendor/preact.js";
import { request } from "../core/api.js";
import { Problem } from "../parts/problem.js";

const EVENTS = [
  "generation.accepted", "generation.started", "generation.progress", "generation.image_completed", "generation.image_failed", "generation.completed",
  "generation.failed", "generation.cancelled", "image.deleted", "batch.started", "batch.paused", "batch.completed", "batch.cancelled", "budget.alert", "budget.reached", "credits.low", "model.retiring", "results.delivered",
];
const USUAL = ["generation.completed", "generation.failed"];
const KINDS = [
  { type: "https", label: "URL", field: "url", name: "Address", example: "https://shop.example/hooks/easel" },
  { type: "sqs", label: "Queue", field: "arn", name: "ARN of the queue", example: "arn:aws:sqs:eu-west-1:111122223333:easel-events" },
  { type: "eventbridge", label: "Bus", field: "arn", name: "ARN of the bus", example: "arn:aws:events:eu-west-1:111122223333:event-bus/easel" },
  { type: "s3", label: "Bucket", field: "arn", name: "ARN of the bucket", example: "arn:aws:s3:::shop-pictures" },
];
const BUCKET_FIELDS = [
  { field: "accountId", name: "Account that owns it", example: "111122223333", required: true },
  { field: "region", name: "Region, if not Easel's", example: "eu-west-1" },
  { field: "prefix", name: "Prefix of the keys", example: "easel/" },
];

const Field = ({ each, values, onChange }) => html`<label>${each.name}<input type=${each.field === "url" ? "url" : "text"} value=${values[each.field] ?? ""} required=${each.required}
  placeholder=${each.example} autocomplete="off" spellcheck="false" onInput=${(event) => onChange({ ...values, [each.field]: event.target.value })} /></label>`;

export function NewWebhook({ onMade }) {
  const [kind, setKind] = useState(KINDS[0]);
  const [values, setValues] = useState({});
  const [types, setTypes] = useState(USUAL);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const fields = [{ ...kind, required: true }, ...(kind.type === "s3" ? BUCKET_FIELDS : [])];
  const toggle = (type) => (event) => setTypes(event.target.checked ? [...types, type] : types.filter((each) => each !== type));
  const choose = (chosen) => () => { setKind(chosen); setError(null); };
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const given = fields.map(({ field }) => [field, values[field]?.trim()]).filter(([, value]) => value);
    try {
      onMade((await request("POST", "/api/v1/webhooks", { body: { type: kind.type, ...Object.fromEntries(given), eventTypes: types } })).body);
      setValues({});
    } catch (failed) {
      setError(failed);
    }
    setBusy(false);
  };
  return html`<section class="panel"><header><h2>New webhook</h2><div class="segments" role="group" aria-label="Where events go">${KINDS.map((each) => html`
      <button type="button" aria-pressed=${each.type === kind.type} onClick=${choose(each)}>${each.label}</button>`)}</div></header>
    <form class="inline-form" onSubmit=${send}>${fields.map((each) => html`<${Field} key=${each.field} each=${each} values=${values} onChange=${setValues} />`)}
      <button class="primary" disabled=${busy || !values[kind.field]?.trim() || !types.length} aria-busy=${busy}>Add</button>
      ${kind.field === "arn" && html`<p class="count whole">In an AWS account of yours. It gets nothing before you have shown that it is yours: the steps come next.</p>`}
      <fieldset class="events"><legend>Events</legend>${EVENTS.map((type) => html`<label class="check"><input type="checkbox" checked=${types.includes(type)} onChange=${toggle(type)} /><code>${type}</code></label>`)}</fieldset>
      <${Problem} error=${error} /></form></section>`;
}
