/** The months in which images were made, at the right edge of the wall: pressed or dragged, they lead there. */
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { get } from "../core/api.js";
import { monthLong, monthShort } from "../core/format.js";
import { session } from "../core/session.js";

const MONTHS_AT_ONCE = 3; // the API reports on at most 92 days
const PARTS_AT_ONCE = 4;
const MOST_PARTS = 40;
const LABEL_PX = 20;

export const monthOf = (iso) => iso.slice(0, 7);
export const firstDay = (month) => `${month}-01`;
export const lastDay = (month) => new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).toISOString().slice(0, 10);

/** The months of a part, counted back from this month, in which something was made. */
async function part(number) {
  const now = new Date();
  const month = (back) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7);
  const [newest, oldest] = [month(number * MONTHS_AT_ONCE), month((number + 1) * MONTHS_AT_ONCE - 1)];
  const { series } = await get(`/api/v1/usage?groupBy=month&from=${firstDay(oldest)}&to=${lastDay(newest)}`);
  return series.filter((each) => each.imagesCompleted > 0).map((each) => each.name);
}

/** Asks for a year, and for the year before it as long as a year had images. */
async function load() {
  const found = [];
  for (let number = 0; number < MOST_PARTS; number += PARTS_AT_ONCE) {
    const parts = await Promise.all(Array.from({ length: PARTS_AT_ONCE }, (_, at) => part(number + at)));
    found.push(...parts.flat());
    if (parts.every((months) => months.length === 0)) break;
  }
  return found.sort().reverse();
}

/** Read once for each who signs in. */
let known = null;
session.subscribe(() => { known = null; });

/** The newest first; empty while they are not known, or if the caller may not see what was used. */
export function useMonths() {
  const [months, setMonths] = useState([]);
  useEffect(() => {
    known ??= load().catch(() => { known = null; return []; });
    known.then(setMonths);
  }, []);
  return months;
}

/** `current` is the month at the top of the window. A press or a drag chooses when it ends; arrow keys choose at once. */
export function Months({ months, current, onChoose }) {
  const place = useRef();
  const [held, setHeld] = useState(null);
  const at = Math.max(0, months.indexOf(held ?? current));
  const every = Math.max(1, Math.ceil((months.length * LABEL_PX) / Math.max(LABEL_PX, innerHeight - 180)));
  const under = (event) => {
    const { top, height } = place.current.getBoundingClientRect();
    return months[Math.max(0, Math.min(months.length - 1, Math.floor(((event.clientY - top) / height) * months.length)))];
  };
  const press = (event) => { place.current.setPointerCapture(event.pointerId); setHeld(under(event)); };
  const end = () => { if (held) onChoose(held); setHeld(null); };
  const key = (event) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: months.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (months[to]) onChoose(months[to]);
  };
  return html`<div class="months" ref=${place} role="slider" tabindex="0" style=${{ "--months": String(months.length) }} aria-label="Month" aria-orientation="vertical" aria-valuemin="0" aria-valuemax=${months.length - 1} aria-valuenow=${at}
      aria-valuetext=${monthLong(months[at])} onPointerDown=${press} onPointerMove=${(event) => held && setHeld(under(event))} onPointerUp=${end} onPointerCancel=${() => setHeld(null)} onKeyDown=${key}>
    ${months.map((month, index) => html`<span aria-hidden="true" class=${index === at ? "current" : ""}>${index % every === 0 && html`
      ${(index === 0 || month.slice(0, 4) !== months[index - every]?.slice(0, 4)) && html`<b>${month.slice(0, 4)}</b>`}${monthShort(month)}`}</span>`)}
    ${held && html`<output style=${{ top: `${(100 * (at + 0.5)) / months.length}%` }}>${monthLong(held)}</output>`}</div>`;
}
