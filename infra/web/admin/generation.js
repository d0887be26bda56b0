/** One generation for operators: a lane for each image on one clock, every event, and the money. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { catalogue, modelName } from "../core/catalogue.js";
import { dollars, exactCredits, exactTime, seconds, startedAt } from "../core/format.js";
import { useList } from "../core/list.js";
import { useLoaded } from "../core/load.js";
import { navigate, query, useAddress } from "../core/router.js";
import { useKnown } from "../core/store.js";
import { Copy } from "../parts/copy.js";
import { Problem } from "../parts/problem.js";
import { ByHand } from "./by_hand.js";
import { Lanes } from "./lanes.js";

const REFRESH_MS = 2_000;
const MICRO = 1_000_000;
const NAMES = {
  submitted: "Asked for", started: "Started", attempt_started: "Sent to provider", attempt_ended: "Provider answered",
  image_ended: "Image ended", ended: "Ended",
};

function Search({ workspace, id }) {
  const [fields, setFields] = useState({ workspace, id });
  const { items } = useList("/api/v1/debug/users?limit=50", "users");
  const write = (name) => (event) => setFields({ ...fields, [name]: event.target.value.trim() });
  useEffect(() => setFields({ workspace, id }), [workspace, id]);
  const send = (event) => {
    event.preventDefault();
    navigate(`/admin/generations?${new URLSearchParams({ workspace: fields.workspace, id: fields.id })}`);
  };
  return html`<form class="inline-form" onSubmit=${send}>
    <label>Workspace id<input value=${fields.workspace} required autocomplete="off" list="workspaces" onInput=${write("workspace")} /></label>
    <datalist id="workspaces">${items?.map((user) => html`<option value=${user.workspaceId}>${user.name ?? user.kind}</option>`)}</datalist>
    <label>Generation id<input value=${fields.id} required autocomplete="off" onInput=${write("id")} /></label>
    <button class="primary">Show</button></form>`;
}

const detail = (event) => [
  event.imageIndex !== null && `image ${event.imageIndex + 1}`, event.provider, event.outcome?.toLowerCase(), event.errorCode,
].filter(Boolean).join(" · ");

const Events = ({ events }) => html`<section class="panel"><header><h2>Events</h2></header><div class="scroll" tabindex="0" role="region" aria-label="Events"><table class="table lines"><thead><tr>
  <th scope="col">Time</th><th scope="col">Event</th><th scope="col">Detail</th><th scope="col" class="number">Since start</th></tr></thead><tbody>${events.map((event) => html`<tr>
  <td title=${exactTime(event.at)}><code>${startedAt(event.at)}</code></td><th scope="row">${NAMES[event.type] ?? event.type}</th><td>${detail(event)}</td>
  <td class="number">+${event.sinceMs < 1000 ? `${event.sinceMs} ms` : seconds(event.sinceMs)}</td></tr>`)}</tbody></table></div></section>`;

function Money({ shown }) {
  const spent = shown.chargedMilliCredits;
  const rows = [
    ["Held", exactCredits(shown.heldMilliCredits)],
    ["Spent", spent === null ? "open" : exactCredits(spent)],
    ["Returned", spent === null ? "open" : exactCredits(shown.heldMilliCredits - spent)],
    ["Provider cost", dollars(shown.providerCostMicroUsd / MICRO)],
    ["Uncertain cost", dollars(shown.uncertainCostMicroUsd / MICRO)],
  ];
  return html`<section class="panel"><header><h2>Money</h2></header><dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

function Shown({ shown, onSettled }) {
  useKnown(catalogue);
  const made = shown.images.filter((image) => image.status === "COMPLETED").length;
  return html`<div class="row admin-head"><b>${made} of ${shown.images.length}</b><span>${shown.status.toLowerCase()}</span><span>${modelName(shown.model)}</span>
      <code>${shown.generationId}</code><span class="count">request <code>${shown.requestId}</code></span>
      <span class="end"><${Copy} text=${`generation ${shown.generationId}\nrequest ${shown.requestId}\nworkspace ${shown.workspaceId}\nuser ${shown.userId}`} label="Copy ids" /></span></div>
    <div class="admin-generation"><div><${Lanes} shown=${shown} /><${Events} events=${shown.events} /></div>
      <aside aria-label="Money and user"><${Money} shown=${shown} />
        <${ByHand} key=${shown.generationId} shown=${shown} onSettled=${onSettled} /></aside></div>`;
}

export function Generation({ caller }) {
  useAddress();
  const [workspace, id] = [query().get("workspace") ?? caller.workspaceId ?? "", query().get("id") ?? ""];
  const [round, setRound] = useState(0);
  const path = id && `/api/v1/admin/generations/${encodeURIComponent(id)}/timeline?workspaceId=${encodeURIComponent(workspace)}`;
  const { body, error } = useLoaded(path || null, round);
  const shown = body?.generationId === id && !error ? body : null;
  const open = shown !== null && shown.completedAt === null;
  useEffect(() => {
    if (!open) return undefined;
    const timer = setTimeout(() => setRound((number) => number + 1), REFRESH_MS);
    return () => clearTimeout(timer);
  }, [open, round, body]);
  return html`<${Search} workspace=${workspace} id=${id} /><${Problem} error=${id ? error : null} />
    ${shown ? html`<${Shown} shown=${shown} onSettled=${() => setRound((number) => number + 1)} />` : !id && html`<p class="count">A person's workspace stands under Workspaces. The id of a generation is in every answer and log line about it.</p>`}`;
}
