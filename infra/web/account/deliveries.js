/** The deliveries of a webhook, and beside them the chosen one: its tries, what was answered, and sending it again. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { get, request } from "../core/api.js";
import { exactTime, seconds } from "../core/format.js";
import { useList } from "../core/list.js";
import { failure } from "../core/words.js";
import { Copy } from "../parts/copy.js";
import { Icon } from "../parts/icon.js";
import { Problem } from "../parts/problem.js";
import { toast } from "../parts/toast.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const REFRESH_MS = 4000;
const EXAMPLE = "example"; // of no event that could be read

const answerOf = (item) => (item.lastStatusCode ? String(item.lastStatusCode) : item.lastOutcome?.replaceAll("_", " ") ?? "waiting");
const toneOf = (item) => ({ delivered: "good", failed: "bad" })[item.status] ?? "ochre";

function Try({ entry }) {
  return html`<li><p class=${entry.outcome === "delivered" ? "good" : "bad"}>Try ${entry.number} · ${entry.statusCode ?? entry.outcome.replaceAll("_", " ")}${entry.errorCode && ` ${entry.errorCode}`}
    <span class="count"> · ${clock.format(new Date(entry.at))} · ${seconds(entry.durationMs)}</span></p>
    ${entry.responseBody && html`<div class="code"><pre tabindex="0">${entry.responseBody}</pre><${Copy} text=${entry.responseBody} /></div>`}</li>`;
}

function Chosen({ path, id, onSent }) {
  const [item, setItem] = useState(null);
  const [event, setEvent] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    let current = true;
    setEvent(null);
    get(`${path}/${id}`).then((read) => {
      if (!current) return;
      setItem(read);
      if (read.trigger !== EXAMPLE) get(`/api/v1/events/${read.eventId}`).then((found) => { if (current) setEvent(found); }, () => {});
    }, setError);
    return () => { current = false; };
  }, [path, id]);
  const resend = () => request("POST", `${path}/${id}/resend`).then(() => { toast({ text: "It is sent again" }); onSent(); }, (failed) => toast({ text: failure(failed) }));
  if (!item) return html`<div class="delivery"><${Problem} error=${error} /></div>`;
  const body = event && JSON.stringify({ type: event.type, id: event.id, data: event.data }, null, 1);
  return html`<div class="delivery"><div class="row"><h3>${item.eventType}</h3><button class="end" onClick=${resend}><${Icon} name="retry" />Send again</button></div>
    ${item.nextAttemptAt && html`<p>Next try ${clock.format(new Date(item.nextAttemptAt))}</p>`}
    <ul>${item.attemptLog.toReversed().map((entry) => html`<${Try} key=${entry.number} entry=${entry} />`)}</ul>
    ${body && html`<p class="count">What we sent</p><div class="code"><pre tabindex="0">${body}</pre><${Copy} text=${body} /></div>`}</div>`;
}

export function Deliveries({ path, round }) {
  const list = useList(`${path}?limit=25`, "deliveries");
  const [failedOnly, setFailedOnly] = useState(false);
  const [chosen, setChosen] = useState(null);
  useEffect(() => { if (round) list.reload(); }, [round]);
  const waiting = list.items?.some((item) => item.status === "pending");
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setTimeout(list.reload, REFRESH_MS);
    return () => clearTimeout(timer);
  }, [list.items]);
  if (!list.items?.length) return html`<${Problem} error=${list.error} /><p class="count deliveries">${list.items ? "Nothing was sent yet." : ""}</p>`;
  const open = list.items.find((item) => item.id === chosen);
  const failed = list.items.filter((item) => item.status === "failed");
  const shown = failedOnly ? failed : list.items;
  return html`<div class=${`deliveries ${open ? "beside-one" : ""}`}><div><div class="row filter"><button class=${`chip ${failedOnly ? "" : "active"}`} aria-pressed=${!failedOnly} onClick=${() => setFailedOnly(false)}>All</button>
      <button class=${`chip ${failedOnly ? "active" : ""}`} aria-pressed=${failedOnly} onClick=${() => setFailedOnly(true)}>Failed ${failed.length}</button></div>
    <div class="scroll" tabindex="0" role="region" aria-label="Deliveries"><table class="table lines"><thead><tr><th scope="col">When</th><th scope="col">Event</th><th scope="col">Answer</th><th scope="col" class="number">Tries</th></tr></thead>
      <tbody>${shown.map((item) => html`<tr key=${item.id} class=${item.id === chosen ? "selected" : ""}><td title=${exactTime(item.createdAt)}>${clock.format(new Date(item.createdAt))}</td>
        <td><button class="ghost open-row" aria-pressed=${item.id === chosen} onClick=${() => setChosen(item.id === chosen ? null : item.id)}><code>${item.eventType}</code></button></td>
        <td class=${toneOf(item)}>${answerOf(item)}</td><td class="number">${item.attempts}</td></tr>`)}</tbody></table></div>
    ${list.more && html`<button onClick=${list.more}>Show more</button>`}</div>
    ${open && html`<${Chosen} key=${`${open.id}:${open.attempts}:${open.status}`} path=${path} id=${open.id} onSent=${list.reload} />`}</div>`;
}
