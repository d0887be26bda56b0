/** Presets: a shape, and words that are added to the prompt. Three are built in; own ones keep all settings, in this browser. */
import { html, useState } from "../vendor/preact.js";
import { Icon } from "../parts/icon.js";
import { Popover } from "../parts/popover.js";
import { toast } from "../parts/toast.js";

const KEY = "easel.presets";
const MOST = 12;
const BUILT_IN = [
  { name: "Product on white", words: "on a seamless white background, soft studio light", settings: { aspectRatio: "1:1", size: null } },
  { name: "Blog hero", words: "wide, with room for a title", settings: { aspectRatio: "16:9", size: null } },
  { name: "Story 9:16", words: "", settings: { aspectRatio: "9:16", size: null } },
];
const KEPT = ["model", "size", "aspectRatio", "resolution", "quality", "n", "watermark", "outputFormat"];

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
}

function withWords(prompt, words) {
  if (!words || prompt.includes(words)) return prompt;
  return prompt.trim() ? `${prompt.trim()}, ${words}` : words;
}

function Save({ form, onSave }) {
  const [name, setName] = useState("");
  const save = (event) => {
    event.preventDefault();
    onSave({ name: name.trim(), words: "", settings: Object.fromEntries(KEPT.map((field) => [field, form[field]])) });
  };
  return html`<form class="share-form" onSubmit=${save}><label for="preset-name">Keep these settings as</label>
    <input id="preset-name" maxlength="30" required value=${name} onInput=${(event) => setName(event.target.value)} /><button class="primary">Keep</button></form>`;
}

export function Presets({ form, onChange }) {
  const [own, setOwn] = useState(stored);
  const keep = (list) => { localStorage.setItem(KEY, JSON.stringify(list)); setOwn(list); };
  const use = (preset) => onChange({ ...preset.settings, prompt: withWords(form.prompt, preset.words) });
  const remove = (preset) => {
    keep(own.filter((each) => each !== preset));
    toast({ text: `“${preset.name}” removed`, undo: () => keep(own) });
  };
  return html`<div class="presets" role="group" aria-label="Presets">
    ${BUILT_IN.map((preset) => html`<button class="chip" onClick=${() => use(preset)}>${preset.name}</button>`)}
    ${own.map((preset) => html`<span class="own-preset"><button class="chip" onClick=${() => use(preset)}>${preset.name}</button>
      <button class="icon-button" aria-label=${`Remove ${preset.name}`} onClick=${() => remove(preset)}><${Icon} name="close" /></button></span>`)}
    ${own.length < MOST && html`<${Popover} label="Keep these settings" buttonClass="chip round" align="right" button=${html`<${Icon} name="plus" />`}>
      ${(close) => html`<${Save} form=${form} onSave=${(preset) => { close(); keep([...own, preset]); }} />`}<//>`}</div>`;
}
