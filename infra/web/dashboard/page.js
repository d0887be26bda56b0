/** `/dashboard`: the newest images, what has been made and spent, what runs now. */
import { html, useEffect } from "../vendor/preact.js";
import { account } from "../core/account.js";
import { creditNoun, creditWord, credits, dollars, percent, whole } from "../core/format.js";
import { useLoaded } from "../core/load.js";
import { follow } from "../core/router.js";
import { useKnown } from "../core/store.js";
import { failure } from "../core/words.js";
import { hasEnded, runs } from "../generator/runs.js";
import { Bars } from "../parts/bars.js";
import { Figure, Figures } from "../parts/figures.js";
import { Icon } from "../parts/icon.js";
import { Newest } from "./newest.js";
import { Running } from "./running.js";

const NOON = 12;
const EVENING = 18;
const monthName = new Intl.DateTimeFormat(undefined, { month: "long" });

function greeting() {
  const hour = new Date().getHours();
  return hour < NOON ? "Good morning" : hour < EVENING ? "Good afternoon" : "Good evening";
}

function Budget({ budget }) {
  if (!budget) return html`<${Figure} name="Budget of the month" />`;
  const name = `${monthName.format(new Date(`${budget.month}-15`))} budget`;
  if (!budget.limit) {
    return html`<${Figure} name=${name} value=${credits(budget.used.milliCredits)}>${creditNoun(budget.used.milliCredits)}, without a limit · <a href="/account/budgets" onClick=${follow}>Set one</a><//>`;
  }
  const share = Math.min(1, budget.used.milliCredits / budget.limit.milliCredits);
  return html`<${Figure} name=${name} aside=${percent(share)} value=${html`${credits(budget.used.milliCredits)} <small>of ${credits(budget.limit.milliCredits)}</small>`}>
    <div class="bar" role="progressbar" aria-label="Budget used" aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(share * 100)}>
      <i class=${budget.alerted ? "alert" : ""} style=${{ width: `${share * 100}%` }}></i></div><//>`;
}

function Numbers({ data, budget }) {
  const today = data?.days.at(-1);
  const failed = data?.recent.imagesFailed ?? 0;
  return html`<${Figures} column>
    <${Figure} name="Images generated" value=${data && whole(data.imagesGenerated)}>${data && `${whole(today.imagesCompleted)} today${failed ? ` · ${failed} failed in 30 days, not charged` : ""}`}<//>
    <${Figure} name="Total cost" value=${data && (data.providerCostUsd === null ? credits(data.spent.milliCredits) : dollars(data.providerCostUsd))}>
      ${data && (data.providerCostUsd === null ? creditNoun(data.spent.milliCredits) : creditWord(data.spent.milliCredits))}<//>
    <${Figure} name="Balance" value=${data && credits(data.available.milliCredits)}>${data && `credits${data.held.milliCredits ? ` · ${credits(data.held.milliCredits)} held by running jobs` : ""}`}<//>
    <${Budget} budget=${budget} /><//>`;
}

export function Page() {
  const caller = useKnown(account);
  const known = useKnown(runs);
  const ended = known.runs.filter(hasEnded).length;
  const { body: data, error } = useLoaded("/api/v1/data/dashboard", ended);
  const { body: budget } = useLoaded("/api/v1/budgets/workspace", ended);
  const { body: newest } = useLoaded("/api/v1/images?limit=6", ended);
  useEffect(() => { document.title = "Home · Easel"; runs.resume().catch(() => {}); }, []);
  const name = caller.name?.split("@")[0];
  return html`<main id="main" class="dashboard">
    <header class="page-head"><h1>${greeting()}${name ? `, ${name}` : ""}</h1>
      <a class="button" href="/account/profile" onClick=${follow}><${Icon} name="user" />Edit profile</a>
      <a class="button primary" href="/generator" onClick=${follow}><${Icon} name="pen" />Generate image</a></header>
    ${error && html`<p class="error" role="alert"><${Icon} name="warning" />${failure(error)}</p>`}
    ${newest && html`<${Newest} images=${newest.images} />`}
    ${newest && html`<${Numbers} data=${data} budget=${budget} />`}
    ${newest && data && html`<section class="days"><h2>Last 30 days <span>images a day, UTC</span></h2>
      <${Bars} days=${data.days.map((day) => ({ at: day.day, values: [day.imagesCompleted] }))} series=${["Images"]} height=${130} unit="images"
        label="Images a day" note=${(day) => creditWord(data.days.find((each) => each.day === day.at).charged.milliCredits)} /></section>`}
    ${newest && data && html`<${Running} list=${runs.shown()} />`}</main>`;
}
