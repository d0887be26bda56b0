/** The wall of the gallery: only the rows near the window are in the document, however many images there are. */
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { creditWord, dayName, imageWord } from "../core/format.js";
import { addressWith, navigate } from "../core/router.js";
import { useKeys } from "../core/keys.js";
import { Card } from "./card.js";
import { gallery } from "./images.js";
import { monthOf, Months } from "./months.js";
import { Rows } from "./rows.js";

const PHONE_PX = 640;
const AHEAD = 1; // windows above and below that are in the document
const BAR_PX = 70; // the filters, which stay above the rows
const LOAD_AHEAD = 3; // windows before the end at which the next page is asked for

/** Where the wall was left, so that coming back shows the same row. */
let scrolled = 0;

/** Width of the wall, measured before it is drawn. */
function useWidth(place) {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setWidth(Math.floor(place.current.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** The layout: appended to when a page has come, made anew when images have gone or the width has changed. */
function useRows(images, ended, width, rowHeight) {
  const kept = useRef(null);
  return useMemo(() => {
    if (!width) return null;
    const key = `${width}:${rowHeight}`;
    const last = kept.current;
    const same = (index) => last.images[index] === images[index];
    const grown = last?.key === key && !last.ended && last.images.length > 0 && same(0) && same(last.images.length - 1);
    const rows = grown ? last.rows : new Rows(width, rowHeight, width < PHONE_PX ? 6 : 10);
    rows.append(images.slice(rows.count), ended);
    kept.current = { key, rows, images, ended };
    return { rows, height: rows.height };
  }, [images, ended, width, rowHeight]);
}

/** Where the window is on the wall, in steps, so that not every pixel draws anew. */
function useWindow(place) {
  const [at, setAt] = useState({ top: 0, height: innerHeight });
  useEffect(() => {
    let frame = 0;
    const moved = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        if (!place.current) return;
        scrolled = scrollY;
        setAt({ top: -place.current.getBoundingClientRect().top, height: innerHeight });
      });
    };
    moved();
    addEventListener("scroll", moved, { passive: true });
    addEventListener("resize", moved);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("scroll", moved);
      removeEventListener("resize", moved);
    };
  }, []);
  return at;
}

const Heading = ({ row }) => html`<div role="row" class="day" style=${{ transform: `translateY(${row.top}px)`, height: `${row.height}px` }}>
  <div role="rowheader"><b>${dayName(row.day.at)}</b>
  ${row.day.complete && html`<span>${imageWord(row.day.images)}${row.day.milliCredits ? ` · ${creditWord(row.day.milliCredits)}` : ""}</span>`}</div></div>`;

/** `onMonth` is told a month that is further away than what is loaded; `oldest`: the oldest images come first. */
export function Grid({ images, ended, rowHeight, marks, selected, picking, on, keys, covered, months, oldest, onMonth }) {
  const place = useRef();
  const width = useWidth(place);
  const layout = useRows(images, ended, width, rowHeight);
  const at = useWindow(place);
  const [current, setCurrent] = useState(0);
  const near = at.height * AHEAD;
  const rows = layout ? layout.rows.between(at.top - near, at.top + at.height + near) : [];
  const ready = layout !== null && images.length > 0;
  useLayoutEffect(() => { if (ready && scrolled) scrollTo(0, scrolled); }, [ready]);
  useEffect(() => {
    if (layout && !ended && at.top + at.height * (1 + LOAD_AHEAD) > layout.height) gallery.more();
  }, [layout, ended, at.top, at.height]);

  const go = (index) => () => {
    const to = Math.max(0, Math.min(layout.rows.count - layout.rows.open.length - 1, index));
    setCurrent(to);
    const row = layout.rows.rows[layout.rows.rowOf(to)];
    const top = row.top + place.current.getBoundingClientRect().top;
    if (top < 80 || top + row.height > innerHeight) scrollBy(0, top - innerHeight / 3);
    requestAnimationFrame(() => requestAnimationFrame(() => place.current?.querySelector(`[data-index="${to}"] a`)?.focus({ preventScroll: true })));
  };
  const step = (by) => () => go(current + by)();
  const vertical = (by) => () => go(layout.rows.neighbour(current, by))();
  const image = () => images[current];
  const focused = () => place.current.contains(document.activeElement) && image();
  useKeys(covered || !layout || !images.length ? {} : {
    ArrowLeft: step(-1), ArrowRight: step(1), ArrowUp: vertical(-1), ArrowDown: vertical(1),
    x: () => (focused() ? on.select(current, false) : false),
    f: () => (focused() ? on.favourite(image()) : false),
    d: () => (focused() ? location.assign(`${image().permalink}?download=true`) : false),
    Enter: () => (focused() && document.activeElement.tagName === "A" ? navigate(addressWith({}, `/gallery/${image().id}`)) : false),
    Delete: () => (selected.size ? on.remove() : focused() ? on.remove([image()]) : false),
    ...keys,
  });
  const focus = (index) => setCurrent(index);
  const topmost = rows.find((row) => row.cells && row.top + row.height > at.top + BAR_PX);
  const toMonth = (month) => {
    const there = (iso) => (oldest ? monthOf(iso) >= month : monthOf(iso) <= month);
    const row = layout.rows.rows.find((each) => each.day && there(each.day.at));
    if (!row || (row === layout.rows.rows[0] && monthOf(row.day.at) !== month)) onMonth(month);
    else scrollTo(0, scrollY + place.current.getBoundingClientRect().top + row.top - BAR_PX);
  };

  return html`${months.length > 0 && layout && !covered && html`<${Months} months=${months} current=${topmost && monthOf(topmost.cells[0].image.createdAt)} onChoose=${toMonth} />`}
    <div class=${`photos ${picking || selected.size ? "picking" : ""}`} role="grid" aria-label="Images" aria-busy=${!ended} ref=${place} style=${{ height: `${layout?.height ?? 0}px` }}>
    ${rows.map((row) => (row.day ? html`<${Heading} key=${row.day.name} row=${row} />` : html`<div role="row" class="photo-row" key=${row.cells[0].image.id}
      style=${{ transform: `translateY(${row.top}px)`, height: `${row.height}px` }}>${row.cells.map((cell) => html`<${Card} key=${cell.image.id} cell=${cell}
        address=${addressWith({}, `/gallery/${cell.image.id}`)} mark=${marks.get(cell.image.id) ?? { favourite: false, tags: [] }}
        selected=${selected.has(cell.image.id)} selecting=${picking || selected.size > 0} current=${cell.index === current} on=${{ ...on, focus }} />`)}</div>`))}</div>`;
}
