/** `/analytics`: what a workspace makes and spends. Every number is that of `/api/v1/data/analytics`. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { catalogue, modelName } from "../core/catalogue.js";
import { credits, dayShort, exactCredits, imageWord } from "../core/format.js";
import { useLoaded } from "../core/load.js";
import { addressWith, navigate, query, useAddress } from "../core/router.js";
import { saveAs } from "../core/save.js";
import { useKnown } from "../core/store.js";
import { failure } from "../core/words.js";
import { Bars } from "../parts/bars.js";
import { Icon } from "../parts/icon.js";
import { Popover } from "../parts/popover.js";
import { toast } from "../parts/toast.js";
import { Popular } from "./popular.js";
import { Strip } from "./strip.js";
import { GROUPS, GroupTable } from "./table.js";

const RANGES = [7, 30, 90];
const DAY_MS = 86_400_000;
const MOST_SERIES = 6;

const isoDay = (time) => new Date(time).toISOString().slice(0, 10);

/** `{from, to, days}`, UTC; what the address does not say is the last 30 days. */
function useRange() {
  const parameters = query();
  const to = parameters.get("to") ?? isoDay(Date.now());
  const from = parameters.get("from") ?? isoDay(new Date(to) - 29 * DAY_MS);
  return { from, to, days: Math.round((new Date(to) - new Date(from)) / DAY_MS) + 1 };
}

/** The models that cost most, in order; the others are one series. */
function seriesOf(data) {
  const names = data.models.toSorted((a, b) => b.charged.milliCredits - a.charged.milliCredits).map((model) => model.name);
  const own = names.length > MOST_SERIES ? names.slice(0, MOST_SERIES - 1) : names;
  const values = (day) => {
    const of = (test) => day.models.filter((model) => test(model.name)).reduce((sum, model) => sum + model.charged.milliCredits, 0);
    return [...own.map((name) => of((each) => each === name)), ...(own.length < names.length ? [of((each) => !own.includes(each))] : [])];
  };
  return { names: [...own.map(modelName), ...(own.length < names.length ? ["Others"] : [])], days: data.days.map((day) => ({ at: day.day, values: values(day) })) };
}

function Range({ range }) {
  const [from, setFrom] = useState(range.from);
  const [to, setTo] = useState(range.to);
  const show = (close) => (event) => { event.preventDefault(); close(); navigate(addressWith({ from, to })); };
  const today = isoDay(Date.now());
  return html`<div class="segments ranges">${RANGES.map((days) => html`<button aria-pressed=${range.to === today && range.days === days}
      onClick=${() => navigate(addressWith({ from: isoDay(Date.now() - (days - 1) * DAY_MS), to: null }))}>${days} days</button>`)}</div>
    <${Popover} label="Dates" align="right" button=${html`<${Icon} name="calendar" />${dayShort(range.from)} – ${dayShort(range.to)}`}>${(close) => html`
      <form class="dates" onSubmit=${show(close)}><label>From <input type="date" max=${to} value=${from} onInput=${(event) => setFrom(event.target.value)} required /></label>
      <label>To <input type="date" min=${from} max=${today} value=${to} onInput=${(event) => setTo(event.target.value)} required /></label>
      <button class="primary">Show</button><p class="count">Days are UTC.</p></form>`}<//>`;
}

export function Page() {
  useAddress();
  useKnown(catalogue);
  useEffect(() => { document.title = "Analytics · Easel"; }, []);
  const range = useRange();
  const group = GROUPS.find((each) => each.id === query().get("by")) ?? GROUPS[0];
  const { body: data, error } = useLoaded(`/api/v1/data/analytics?from=${range.from}&to=${range.to}`);
  const before = `from=${isoDay(new Date(range.from) - range.days * DAY_MS)}&to=${isoDay(new Date(range.from) - DAY_MS)}`;
  const { body: earlier } = useLoaded(`/api/v1/data/analytics?${before}`);
  const csv = () => saveAs(`/api/v1/data/analytics?from=${range.from}&to=${range.to}&format=csv`, `easel-${range.from}-${range.to}.csv`)
    .catch((failed) => toast({ text: failure(failed) }));
  const series = data && seriesOf(data);
  return html`<main id="main" class="analytics"><header class="page-head"><h1>Analytics</h1>
      <${Range} key=${`${range.from}${range.to}`} range=${range} />
      <div class="select by"><select aria-label="Group by" onChange=${(event) => navigate(addressWith({ by: event.target.value }))}>
        ${GROUPS.map((each) => html`<option value=${each.id} selected=${each.id === group.id}>${each.choice}</option>`)}</select><${Icon} name="down" /></div>
      <button onClick=${csv}><${Icon} name="download" />CSV</button></header>
    ${error && html`<p class="error" role="alert"><${Icon} name="warning" />${failure(error)}</p>`}
    <${Strip} data=${data} earlier=${earlier} />
    ${data && html`<section class="panel"><header><h2>Spend a day <span>credits, days are UTC</span></h2>
        <ul class="legend">${series.names.map((name, index) => html`<li><i class=${`plot-${index + 1}`}></i>${name}</li>`)}</ul></header>
      ${data.total.generations === 0 ? html`<div class="empty"><h3>Nothing was made in these days</h3><p>Choose others, or generate an image.</p></div>`
        : html`<${Bars} days=${series.days} series=${series.names} height=${230} unit="credits" format=${exactCredits} axis=${credits}
          label=${`Credits a day from ${range.from} to ${range.to}, ${exactCredits(data.total.charged.milliCredits)} in all`}
          note=${(day) => imageWord(data.days.find((each) => each.day === day.at).imagesCompleted)} />`}</section>
      <section class="panel"><div class="scroll" tabindex="0" role="region" aria-label="Numbers">
        <${GroupTable} data=${data} group=${group} names=${series.names} /></div></section>
      <${Popular} from=${range.from} to=${range.to} />`}</main>`;
}

