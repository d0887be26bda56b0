/** The form of an own prompt template: name, variables and shots. It is saved whole; a change by somebody else is shown, not lost. */
import { html, useState } from "../vendor/preact.js";
import { get, request } from "../core/api.js";
import { moment } from "../core/format.js";
import { failure } from "../core/words.js";
import { Icon } from "../parts/icon.js";
import { examplesOf, rendered } from "./rendering.js";

const MOST_VARIABLES = 20;
const MOST_SHOTS = 10;
const RATIOS = ["", "1:1", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16", "21:9"];
const NEW_VARIABLE = { name: "", description: "", required: true, maxLength: 200, allowed: [], example: null, truncatable: false };
const NEW_SHOT = { id: "", name: "", text: "", references: [], aspectRatio: null, when: {} };

export const NEW_TEMPLATE = { id: null, name: "", description: "", variables: [{ ...NEW_VARIABLE, name: "subject" }], references: [], shots: [{ ...NEW_SHOT, name: "First", text: "A photograph of {subject}." }] };

/** What the API takes of a template that it has answered with. */
const bodyOf = ({ name, description, variables, references, shots }) => ({ name, description, variables, references, shots });

/** A shot is addressed by a word: the one that it has, else one made of its name. */
const word = (name) => name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+|-+$/g, "").slice(0, 24) || "shot";
function withIds(shots) {
  const taken = new Set(shots.map((shot) => shot.id).filter(Boolean));
  return shots.map((shot) => {
    if (shot.id) return shot;
    let [id, number] = [word(shot.name), 2];
    while (taken.has(id)) id = `${word(shot.name)}-${number++}`;
    taken.add(id);
    return { ...shot, id };
  });
}

/** `shots[0].text` as a person counts: "Shot 1". */
const placed = (text) => text.replace(/\b(shot|variable|reference)s\[(\d+)\](\.\w+)?/, (_, kind, index) => `${kind[0].toUpperCase()}${kind.slice(1)} ${Number(index) + 1}`);

const Faults = ({ error }) => error && html`<div role="alert"><ul class="faults">${(Array.isArray(error.details) ? error.details : []).map(({ field, message }) => html`
  <li class="error"><${Icon} name="warning" /><span>${placed(message.includes(field) ? message : `${field}: ${message}`)}</span></li>`)}
  ${!Array.isArray(error.details) && html`<li class="error"><${Icon} name="warning" /><span>${failure(error)}</span></li>`}</ul></div>`;

function Variable({ id, variable, onChange, onRemove }) {
  const write = (name) => (event) => onChange({ ...variable, [name]: event.target.value });
  const values = (event) => onChange({ ...variable, allowed: event.target.value.split(",").map((value) => value.trim()).filter(Boolean) });
  return html`<li class="template-line"><label>Variable<input value=${variable.name} placeholder="subject" maxlength="40" autocomplete="off" onInput=${write("name")} /></label>
    <label>What it is<input value=${variable.description} maxlength="500" onInput=${write("description")} /></label>
    <label>Example<input value=${variable.example ?? ""} maxlength="500" onInput=${(event) => onChange({ ...variable, example: event.target.value || null })} /></label>
    <label>Only these values<input value=${variable.allowed.join(", ")} placeholder="any" onChange=${values} /></label>
    <label class="check" for=${`${id}-required`}><input type="checkbox" id=${`${id}-required`} checked=${variable.required} onChange=${(event) => onChange({ ...variable, required: event.target.checked })} />Required</label>
    <button type="button" class="icon-button danger" aria-label=${`Remove the variable ${variable.name}`} onClick=${onRemove}><${Icon} name="trash" /></button></li>`;
}

/** The prompt as it reads with the variables' examples. What has no example stands in its braces. */
function Preview({ id, text, examples }) {
  const { pieces, fault } = rendered(text, examples);
  if (fault) return html`<p class="reads notice" id=${id}><${Icon} name="warning" /><span>${fault}</span></p>`;
  const characters = pieces.reduce((sum, piece) => sum + piece.text.length, 0);
  return html`<p class="reads" id=${id}><span class="count">Reads, with the examples · ${characters} characters</span>
    <span>${pieces.map((piece) => (piece.missing ? html`<mark>${piece.text}</mark>` : piece.text))}</span></p>`;
}

function Shot({ id, shot, examples, only, onChange, onRemove }) {
  const ratios = RATIOS.includes(shot.aspectRatio ?? "") ? RATIOS : [...RATIOS, shot.aspectRatio];
  return html`<li class="template-shot"><div class="template-line"><label>Shot<input value=${shot.name} maxlength="100" onInput=${(event) => onChange({ ...shot, name: event.target.value })} /></label>
      <label>Shape<span class="select"><select onChange=${(event) => onChange({ ...shot, aspectRatio: event.target.value || null })}>${ratios.map((ratio) => html`
        <option value=${ratio} selected=${ratio === (shot.aspectRatio ?? "")}>${ratio || "as asked for"}</option>`)}</select><${Icon} name="down" /></span></label>
      <button type="button" class="icon-button danger" disabled=${only} aria-label=${`Remove the shot ${shot.name}`} onClick=${onRemove}><${Icon} name="trash" /></button></div>
    <div class="field"><div class="field-head"><label for=${`${id}-text`}>Prompt</label><span>${shot.text.length} characters</span></div>
      <textarea id=${`${id}-text`} aria-describedby=${`${id}-reads`} maxlength="4000" value=${shot.text} onInput=${(event) => onChange({ ...shot, text: event.target.value })}></textarea>
      <${Preview} id=${`${id}-reads`} text=${shot.text} examples=${examples} /></div></li>`;
}

/** Somebody else was quicker: both are shown, and one of them is taken. */
const Conflict = ({ newest, onTake, onKeep }) => html`<div class="notice conflict" role="alert"><p><b>This template was changed ${moment(newest.changedAt)}.</b> Nothing of yours is lost.</p>
  <details><summary>See version ${newest.version}</summary><ul>${newest.shots.map((shot) => html`<li><b>${shot.name}</b><p>${shot.text}</p></li>`)}</ul></details>
  <div class="row"><button type="button" onClick=${onTake}>Take version ${newest.version}</button><button type="button" onClick=${onKeep}>Save mine over it</button></div></div>`;

/** `template` without an id is a new one. `onSaved` is given what the API has stored. */
export function TemplateForm({ template, onSaved, onClose }) {
  const [form, setForm] = useState(template);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const [newest, setNewest] = useState(null);
  const change = (fields) => setForm({ ...form, ...fields });
  const list = (name) => ({
    put: (index) => (value) => change({ [name]: form[name].map((each, at) => (at === index ? value : each)) }),
    remove: (index) => () => change({ [name]: form[name].filter((_, at) => at !== index) }),
    add: (value) => () => change({ [name]: [...form[name], value] }),
  });
  const [variables, shots] = [list("variables"), list("shots")];
  const save = async (version) => {
    setBusy(true);
    setError(null);
    setNewest(null);
    const body = { ...bodyOf(form), shots: withIds(form.shots) };
    try {
      onSaved((form.id ? await request("PUT", `/api/v1/prompt-templates/${form.id}`, { body: { ...body, version } })
        : await request("POST", "/api/v1/prompt-templates", { body })).body);
    } catch (failed) {
      if (failed.status === 409 && form.id) await get(`/api/v1/prompt-templates/${form.id}`).then(setNewest, setError);
      else setError(failed);
      setBusy(false);
    }
  };
  const key = form.id ?? "new";
  const examples = examplesOf(form.variables);
  return html`<form class="template-form" onSubmit=${(event) => { event.preventDefault(); save(form.version); }}>
    <div class="template-line"><label>Name<input value=${form.name} required maxlength="100" onInput=${(event) => change({ name: event.target.value })} /></label>
      <label class="long">Description<input value=${form.description} maxlength="500" onInput=${(event) => change({ description: event.target.value })} /></label></div>
    <h3>Variables</h3><p class="count">Write a variable into a prompt as <code>${"{subject}"}</code>. A part in <code>[[ ]]</code> is left out when its variable has no value.</p>
    <ul>${form.variables.map((variable, index) => html`<${Variable} key=${index} id=${`${key}-v${index}`} variable=${variable} onChange=${variables.put(index)} onRemove=${variables.remove(index)} />`)}</ul>
    <div class="row"><button type="button" disabled=${form.variables.length >= MOST_VARIABLES} onClick=${variables.add(NEW_VARIABLE)}><${Icon} name="plus" />Variable</button></div>
    <h3>Shots</h3><ul>${form.shots.map((shot, index) => html`<${Shot} key=${index} id=${`${key}-s${index}`} shot=${shot} examples=${examples} only=${form.shots.length === 1} onChange=${shots.put(index)} onRemove=${shots.remove(index)} />`)}</ul>
    <div class="row"><button type="button" disabled=${form.shots.length >= MOST_SHOTS} onClick=${shots.add({ ...NEW_SHOT, name: `Shot ${form.shots.length + 1}` })}><${Icon} name="plus" />Shot</button></div>
    <${Faults} error=${error} />
    ${newest && html`<${Conflict} newest=${newest} onTake=${() => { setForm(newest); setNewest(null); }} onKeep=${() => save(newest.version)} />`}
    <div class="row"><button class="primary" disabled=${busy} aria-busy=${busy}>${form.id ? "Save as a new version" : "Make the template"}</button><button type="button" class="ghost" onClick=${onClose}>Cancel</button></div></form>`;
}
