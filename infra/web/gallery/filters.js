/** The bar above the wall: which images are shown, in which order, and how large. All of it is in the address. */
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { get } from "../core/api.js";
import { catalogue, modelName } from "../core/catalogue.js";
import { dayShort, monthLong } from "../core/format.js";
import { useKeys } from "../core/keys.js";
import { addressWith, navigate } from "../core/router.js";
import { useKnown } from "../core/store.js";
import { Icon } from "../parts/icon.js";
import { Popover } from "../parts/popover.js";
import { firstDay, lastDay } from "./months.js";

const MOST_TAGS = 100;
const REST_MS = 350;
const SHAPES = ["1:1", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16", "21:9"];
const STATES = [["FAILED", "of failed runs"], ["CANCELLED", "of stopped runs"]];

/** What the API filters by; the address has the same names. */
export const FILTERS = ["q", "model", "ratio", "mine", "status", "favourite", "tag", "from", "to", "sort"];
export const NONE = Object.fromEntries([...FILTERS, "trash"].map((name) => [name, null]));

const show = (fields) => navigate(addressWith({ trash: null, ...fields }, "/gallery"));

export function useTags() {
  const [tags, setTags] = useState(null);
  useEffect(() => { get(`/api/v1/gallery/tags?limit=${MOST_TAGS}`).then((answer) => setTags(answer.tags), () => setTags([])); }, []);
  return tags;
}

const Choices = ({ options, onChoose }) => html`<ul class="choices">${options.map(([value, text, count]) => html`<li><button class="ghost" onClick=${() => onChoose(value)}>
  <span>${text}</span>${count !== undefined && html`<span class="count">${count}</span>`}</button></li>`)}</ul>`;

function Tags({ onChoose }) {
  const tags = useTags();
  if (tags === null) return html`<p>Loading</p>`;
  if (tags.length === 0) return html`<p>No image has a tag. Select images and press Tag.</p>`;
  return html`<${Choices} options=${tags.map(({ tag, images }) => [tag, tag, images])} onChoose=${onChoose} />`;
}

/** A filter with a list of values: a press on an active one takes it away. */
function Chip({ label, name, value, text, icon, children }) {
  if (value) {
    return html`<button class="chip active" aria-label=${`${label} ${text ?? value}: take away`} onClick=${() => show({ [name]: null })}>
      ${icon && html`<${Icon} name=${icon} />`}${text ?? value}<${Icon} name="close" /></button>`;
  }
  return html`<${Popover} label=${label} buttonClass="chip" button=${html`${label} <${Icon} name="down" />`}>
    ${(close) => children((chosen) => { close(); show({ [name]: chosen }); })}<//>`;
}

function Dates({ from, to, months }) {
  const [first, setFirst] = useState(from ?? "");
  const [last, setLast] = useState(to ?? "");
  const text = [from && `from ${dayShort(from)}`, to && `to ${dayShort(to)}`].filter(Boolean).join(" ");
  if (text) return html`<button class="chip active" aria-label=${`Date ${text}: take away`} onClick=${() => show({ from: null, to: null })}>${text}<${Icon} name="close" /></button>`;
  const send = (close) => (event) => { event.preventDefault(); close(); show({ from: first, to: last }); };
  return html`<${Popover} label="Date" buttonClass="chip" button=${html`Date <${Icon} name="down" />`}>${(close) => html`<form class="dates" onSubmit=${send(close)}>
    <label>From <input type="date" value=${first} onInput=${(event) => setFirst(event.target.value)} /></label>
    <label>To <input type="date" min=${first} value=${last} onInput=${(event) => setLast(event.target.value)} /></label><button class="primary" disabled=${!first && !last}>Show</button></form>
    ${months.length > 0 && html`<${Choices} options=${months.map((month) => [month, monthLong(month)])} onChoose=${(month) => { close(); show({ from: firstDay(month), to: lastDay(month) }); }} />`}`}<//>`;
}

function Search({ words }) {
  const field = useRef();
  const [text, setText] = useState(words);
  useEffect(() => { setText(words); }, [words]);
  useEffect(() => {
    if (text.trim() === words) return undefined;
    const timer = setTimeout(() => navigate(addressWith({ q: text.trim(), trash: null }, "/gallery"), { replace: Boolean(words) }), REST_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useKeys({ "/": () => field.current.focus() });
  return html`<label class="search"><span class="hidden">Search</span><${Icon} name="search" />
    <input type="search" ref=${field} value=${text} maxlength="200" placeholder="Words of a prompt" onInput=${(event) => setText(event.target.value)} /><kbd aria-hidden="true">/</kbd></label>`;
}

export function Filters({ chosen, months, rowHeight, onResize, picking, onPick }) {
  const models = useKnown(catalogue);
  const favourite = chosen.favourite === "true";
  const [open, setOpen] = useState(false);
  return html`<div class=${`filters ${open ? "" : "closed"}`}><${Search} words=${chosen.q ?? ""} />
    <button class="toggle" aria-expanded=${open} aria-label="Filters" onClick=${() => setOpen(!open)}><${Icon} name="sliders" /></button>
    <${Chip} label="Model" name="model" value=${chosen.model} text=${chosen.model && modelName(chosen.model)}>
      ${(choose) => html`<${Choices} options=${models.map((model) => [model.id, model.name])} onChoose=${choose} />`}<//>
    <${Chip} label="Shape" name="ratio" value=${chosen.ratio}>${(choose) => html`<${Choices} options=${SHAPES.map((shape) => [shape, shape])} onChoose=${choose} />`}<//>
    <button class=${`chip ${favourite ? "active" : ""}`} aria-pressed=${favourite} onClick=${() => show({ favourite: favourite ? null : "true" })}><${Icon} name="heart" />Favourites
      ${favourite && html`<${Icon} name="close" />`}</button>
    <${Chip} label="Tag" name="tag" value=${chosen.tag} icon="tag">${(choose) => html`<${Tags} onChoose=${choose} />`}<//>
    <${Chip} label="State" name="status" value=${chosen.status} text=${STATES.find(([value]) => value === chosen.status)?.[1]}>
      ${(choose) => html`<${Choices} options=${STATES} onChoose=${choose} />`}<//>
    <${Dates} key=${`${chosen.from}${chosen.to}`} from=${chosen.from} to=${chosen.to} months=${months} />
    <button class=${`chip ${chosen.trash ? "active" : ""}`} aria-pressed=${Boolean(chosen.trash)} onClick=${() => navigate(chosen.trash ? "/gallery" : "/gallery?trash=true")}>
      <${Icon} name="trash" />Trash ${chosen.trash && html`<${Icon} name="close" />`}</button>
    <button class="ghost pick" onClick=${onPick}>${picking ? "Cancel" : "Select"}</button>
    <span class="order"><button class="ghost" onClick=${() => show({ sort: chosen.sort === "oldest" ? null : "oldest" })}>${chosen.sort === "oldest" ? "Oldest" : "Newest"}<${Icon} name="down" /></button>
      <label class="size"><span class="hidden">Size of images</span><${Icon} name="grid" />
      <input type="range" min="120" max="360" step="20" value=${rowHeight} onInput=${(event) => onResize(Number(event.target.value))} /></label></span></div>`;
}
