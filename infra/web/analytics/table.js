/** The numbers of a range by model, provider, member, key or day. */
import { html, useState } from "../vendor/preact.js";
import { modelName } from "../core/catalogue.js";
import { dayLong, exactCredits, whole } from "../core/format.js";

const short = (id) => (id.length > 16 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id);

export const GROUPS = [
  { id: "model", choice: "By model", head: "Model", rows: (data) => data.models, name: (row) => modelName(row.name) },
  { id: "provider", choice: "By provider", head: "Provider", rows: (data) => data.providers, name: (row) => row.name ?? "none" },
  { id: "member", choice: "By member", head: "Member", rows: (data) => data.users, name: (row) => short(row.name ?? "unknown") },
  { id: "key", choice: "By key", head: "API key", rows: (data) => data.keys, name: (row) => (row.name ? short(row.name) : "Signed in") },
  { id: "day", choice: "By day", head: "Day", rows: (data) => data.days.filter((day) => day.generations > 0), name: (row) => dayLong(row.day) },
];

const COLUMNS = [
  { id: "runs", head: "Runs", of: (row) => row.generations },
  { id: "images", head: "Images", of: (row) => row.imagesCompleted },
  { id: "failed", head: "Failed", of: (row) => row.imagesFailed },
  { id: "credits", head: "Credits", of: (row) => row.charged.milliCredits, text: exactCredits },
];

export function GroupTable({ data, group, names }) {
  const [sort, setSort] = useState({ id: "credits", down: true });
  const column = COLUMNS.find((each) => each.id === sort.id);
  const rows = group.rows(data).toSorted((a, b) => (column.of(b) - column.of(a)) * (sort.down ? 1 : -1));
  const by = (id) => () => setSort((before) => ({ id, down: before.id === id ? !before.down : true }));
  return html`<table class="table sorted"><caption class="hidden">${group.choice}</caption><thead><tr><th scope="col">${group.head}</th>
    ${COLUMNS.map((each) => html`<th scope="col" class="number" aria-sort=${sort.id === each.id ? (sort.down ? "descending" : "ascending") : "none"}>
      <button class="ghost" onClick=${by(each.id)}>${each.head}</button></th>`)}</tr></thead>
    <tbody>${rows.map((row) => {
      const series = group.id === "model" ? names.indexOf(group.name(row)) : -1;
      return html`<tr><th scope="row">${series >= 0 && html`<i class=${`swatch plot-${series + 1}`}></i>`}${group.name(row)}</th>
        ${COLUMNS.map((each) => html`<td class="number">${(each.text ?? whole)(each.of(row))}</td>`)}</tr>`;
    })}</tbody>
    <tfoot><tr><th scope="row">All</th>${COLUMNS.map((each) => html`<td class="number"><b>${(each.text ?? whole)(each.of(data.total))}</b></td>`)}</tr></tfoot></table>`;
}
