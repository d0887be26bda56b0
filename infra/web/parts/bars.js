/** A bar for each day, its parts one above the other; what a bar stands for shows beside it on hover and by arrow keys. */
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { dayLong, dayShort, whole } from "../core/format.js";

const FOOT_PX = 22;
const LEAST_AXIS_PX = 44;
const DIGIT_PX = 7;
const LINES = 4;
const BAR_SHARE = 0.7;
const MOST_BAR_PX = 34;

/** A round step so that about four lines reach the highest value. */
function stepOf(highest) {
  const rough = highest / LINES || 1;
  const ten = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((each) => each * ten).find((each) => each >= rough);
}

export function useWidth() {
  const place = useRef();
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(() => setWidth(Math.floor(place.current?.clientWidth ?? 0)));
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return [place, width];
}

function Beside({ day, series, x, width, unit, format, note }) {
  const sum = day.values.reduce((total, value) => total + value, 0);
  const right = x > width / 2;
  return html`<div class="beside-bar" style=${right ? { right: `${width - x + 14}px` } : { left: `${x + 14}px` }}>
    <b>${dayLong(day.at)}</b>
    ${series.length > 1 && series.map((name, index) => day.values[index] > 0 && html`<p><i class=${`plot-${(index % 6) + 1}`}></i>${name}<span>${format(day.values[index])}</span></p>`)}
    <p class="sum"><b>${format(sum)} ${unit}</b><span>${note?.(day)}</span></p></div>`;
}

/** `days` is `[{at, values}]`, one value for each of `series`; `axis` writes the values beside the lines. */
export function Bars({ days, series, height = 170, unit, format = String, axis = whole, note, label }) {
  const [place, width] = useWidth();
  const [shown, setShown] = useState(null);
  const sums = days.map((day) => day.values.reduce((total, value) => total + value, 0));
  const step = stepOf(Math.max(1, ...sums));
  const top = step * Math.max(1, Math.ceil(Math.max(1, ...sums) / step));
  const room = height - FOOT_PX;
  const lines = Array.from({ length: Math.round(top / step) + 1 }, (_, at) => at * step);
  const left = Math.max(LEAST_AXIS_PX, ...lines.map((value) => axis(value).length * DIGIT_PX + 10));
  const slot = (width - left) / days.length;
  const bar = Math.min(MOST_BAR_PX, slot * BAR_SHARE);
  const y = (value) => room - (value / top) * (room - 8);
  const every = Math.max(1, Math.ceil(days.length / Math.max(2, Math.floor((width - left) / 140))));
  const move = (event) => {
    const at = Math.floor((event.clientX - place.current.getBoundingClientRect().left - left) / slot);
    setShown(at >= 0 && at < days.length ? at : null);
  };
  const key = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape") setShown(null);
    if (!by) return;
    event.preventDefault();
    setShown((at) => Math.max(0, Math.min(days.length - 1, (at ?? days.length) + by)));
  };
  const center = (at) => left + slot * (at + 0.5);
  const stack = (day, at) => {
    let below = 0;
    return day.values.map((value, index) => {
      if (!value) return null;
      const foot = y(below);
      below += value;
      const head = y(below);
      return html`<rect class=${`plot-${(index % 6) + 1}`} x=${center(at) - bar / 2} y=${head} width=${bar} height=${Math.max(1, foot - head - 1)} rx="1.5" />`;
    });
  };
  return html`<div class="bars" ref=${place} tabindex="0" role="img" aria-label=${`${label}. Arrow keys go through the days.`} style=${{ height: `${height}px` }}
      onMouseMove=${move} onMouseLeave=${() => setShown(null)} onKeyDown=${key} onBlur=${() => setShown(null)}>
    ${width > 0 && html`<svg width=${width} height=${height} aria-hidden="true">
      ${lines.map((value) => html`<line x1=${left} x2=${width} y1=${y(value)} y2=${y(value)} /><text x=${left - 8} y=${y(value) + 4} text-anchor="end">${axis(value)}</text>`)}
      ${shown !== null && html`<rect class="band" x=${left + slot * shown} y="0" width=${slot} height=${room} />`}
      ${days.map(stack)}
      ${days.map((day, at) => at % every === 0 && html`<text x=${center(at)} y=${height - 5} text-anchor=${at === 0 && slot < 40 ? "start" : "middle"}>${dayShort(day.at)}</text>`)}</svg>
      ${shown !== null && html`<${Beside} day=${days[shown]} series=${series} x=${center(shown)} width=${width} unit=${unit} format=${format} note=${note} />`}`}</div>
    <p class="hidden" role="status">${shown === null ? "" : `${dayLong(days[shown].at)}: ${format(sums[shown])} ${unit}`}</p>`;
}
