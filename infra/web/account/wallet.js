/** Credits: what is free, held and spent, which are spent first, and the statement. */
import { html, useState } from "../vendor/preact.js";
import { credits, dayShort, exactCredits, exactTime, lastMonths, moment, monthLong } from "../core/format.js";
import { useList } from "../core/list.js";
import { useLoaded } from "../core/load.js";
import { follow } from "../core/router.js";
import { saveAs } from "../core/save.js";
import { failure } from "../core/words.js";
import { Figure, Figures } from "../parts/figures.js";
import { Icon } from "../parts/icon.js";
import { Problem } from "../parts/problem.js";
import { toast } from "../parts/toast.js";

const MONTHS = 12;
const KINDS = { purchase: "Purchase", promotion: "Promotion", trial: "Trial", adjustment: "Adjustment" };

/** The API's types of entries in plain words. */
function words(type) {
  if (type === "spend") return "Generation";
  if (type === "expiry") return "Credits ended";
  if (type.includes("reversal") || type.includes("refund")) return "Returned";
  return "Credits given";
}

const ends = (grant) => (grant.expiresAt ? `ends ${dayShort(grant.expiresAt)}` : "never ends");
const signed = (milliCredits) => `${milliCredits > 0 ? "+" : "−"}${exactCredits(Math.abs(milliCredits))}`;

function Strip({ wallet }) {
  if (!wallet) return html`<${Figures}>${["Free to spend", "Held", "Spent", "Spent in this order"].map((name) => html`<${Figure} name=${name} />`)}<//>`;
  const order = wallet.grants.toSorted((a, b) => a.priority - b.priority || String(a.expiresAt ?? "9").localeCompare(b.expiresAt ?? "9"));
  return html`<${Figures}><${Figure} name="Free to spend" value=${credits(wallet.available.milliCredits)}>credits<//>
    <${Figure} name="Held" value=${credits(wallet.held.milliCredits)}>${wallet.held.milliCredits ? "for running jobs" : "nothing is running"}<//>
    <${Figure} name="Spent" value=${credits(wallet.spent.milliCredits)}>of ${credits(wallet.granted.milliCredits)} given<//>
    <div class="figure order"><dt>Spent in this order</dt><dd>${order.slice(0, 4).map((grant) => html`<p>${KINDS[grant.kind]}, ${ends(grant)}<b>${exactCredits(grant.remaining.milliCredits)}</b></p>`)}</dd></div><//>`;
}

/** Entries with the balance after each: they come newest first, and the newest stands for free and held credits together. */
function withBalance(entries, wallet) {
  let balance = wallet.available.milliCredits + wallet.held.milliCredits;
  return entries.map((entry) => {
    const line = { ...entry, balance };
    balance -= entry.milliCredits;
    return line;
  });
}

function Line({ entry, prompts }) {
  const prompt = prompts.get(entry.generationId);
  const what = entry.generationId ? prompt ?? `run ${entry.generationId.slice(0, 8)}` : "";
  return html`<tr><td title=${exactTime(entry.createdAt)}>${moment(entry.createdAt)}</td><td>${words(entry.type)}</td><td class="wide">${what}</td>
    <td class=${`number amount ${entry.milliCredits > 0 ? "good" : ""}`}><b>${signed(entry.milliCredits)}</b></td>
    <td class="number">${entry.balance === null ? "" : exactCredits(entry.balance)}</td></tr>`;
}

export function Wallet() {
  const [month, setMonth] = useState("");
  const { body: wallet, error } = useLoaded("/api/v1/wallet");
  const [year, number] = month.split("-").map(Number);
  const days = month ? `&from=${month}-01&to=${month}-${String(new Date(year, number, 0).getDate()).padStart(2, "0")}` : "";
  const { items, error: failed, more } = useList(`/api/v1/wallet/entries?limit=25${days}`, "entries");
  const { body: history, error: unread } = useLoaded("/api/v1/prompts?limit=50");
  const prompts = new Map(history?.prompts.map((each) => [each.id, each.prompt]) ?? []);
  const csv = () => saveAs(`/api/v1/wallet/entries?format=csv${days}`, "statement.csv").catch((problem) => toast({ text: failure(problem) }));
  const lines = items && wallet && (history || unread) && (month ? items.map((entry) => ({ ...entry, balance: null })) : withBalance(items, wallet));
  return html`<${Strip} wallet=${wallet} /><section class="panel"><header><h2>Statement</h2><div class="row">
      <div class="select month"><select aria-label="Month" onChange=${(event) => setMonth(event.target.value)}><option value="">All months</option>
        ${lastMonths(MONTHS).map((each) => html`<option value=${each} selected=${each === month}>${monthLong(each)}</option>`)}</select><${Icon} name="down" /></div>
      <button onClick=${csv}><${Icon} name="download" />CSV</button></div></header>
    <${Problem} error=${error ?? failed} />
    ${lines?.length === 0 && html`<p class="count">Nothing was spent or given ${month ? "in this month" : "yet"}. <a href="/generator" onClick=${follow}>Generate an image</a></p>`}
    ${lines?.length > 0 && html`<div class="scroll" tabindex="0" role="region" aria-label="Statement"><table class="table lines"><thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">For</th>
      <th scope="col" class="number">Credits</th><th scope="col" class="number">${month ? "" : "Balance"}</th></tr></thead>
      <tbody>${lines.map((entry) => html`<${Line} key=${entry.id + entry.type} entry=${entry} prompts=${prompts} />`)}</tbody></table></div>`}
    ${more && html`<button onClick=${more}>Show more</button>`}</section>`;
}
