/** The form: prompt, references, model, shape, number and quality, the rest folded, the price on the button. */
import { html } from "../vendor/preact.js";
import { credits, seconds, size as sizeText } from "../core/format.js";
import { sentence } from "../core/words.js";
import { modelPrice } from "../parts/price.js";
import { Icon } from "../parts/icon.js";
import { PriceTag } from "../parts/price.js";
import { promptLimit } from "./form.js";
import { Go } from "./go.js";
import { Presets } from "./presets.js";
import { References } from "./references.js";

const NUMBERS = [1, 2, 3, 4, 6, 10];

function Prompt({ form, limit, onChange }) {
  const over = form.prompt.length - limit;
  return html`<div class="field"><div class="field-head"><label for="prompt">Prompt</label>
      <span class=${over > 0 ? "error" : ""}>${form.prompt.length} / ${limit}</span></div>
    <textarea id="prompt" rows="4" value=${form.prompt} aria-invalid=${over > 0} aria-describedby="prompt-error"
      onInput=${(event) => onChange({ prompt: event.target.value })}></textarea>
    <p class="error" id="prompt-error">${over > 0 ? `Take out ${over} characters.` : ""}</p></div>`;
}

function Model({ models, model, known, plan, onChange }) {
  const group = (status, label) => html`<optgroup label=${label}>${models.filter((each) => each.status === status).map((each) =>
    html`<option value=${each.id} selected=${each.id === model.id}>${each.name}, ${modelPrice(each, plan)}</option>`)}</optgroup>`;
  return html`<div class="field"><div class="field-head"><label for="model">Model</label></div>
    <div class="select model"><select id="model" onChange=${(event) => onChange({ model: event.target.value })}>
      ${group("active", "Current")}${models.some((each) => each.status === "deprecated") && group("deprecated", "Ending")}</select>
      <div class="over" aria-hidden="true"><b>${model.name}</b><span>${known?.usualMs ? `usually ${seconds(known.usualMs)}` : "no times yet"}</span></div>
      <${PriceTag} text=${modelPrice(model, plan)} /><${Icon} name="down" /></div>
    ${model.deprecation?.notice && html`<p class="notice">${model.deprecation.notice}</p>`}</div>`;
}

/** A ratio as a drawn shape of at most 22 px. */
function Drawn({ ratio }) {
  const [w, h] = ratio.split(":").map(Number);
  const scale = 22 / Math.max(w, h);
  return html`<i class="drawn" style=${{ width: `${w * scale}px`, height: `${h * scale}px` }}></i>`;
}

/** The shapes that a model takes, the one chosen, and what choosing another changes in the form. */
export function shapesOf(form, model, sizes) {
  const bySize = model.options.supports_size && sizes.length > 0;
  return {
    bySize,
    ratios: bySize ? [...new Set(sizes.map((each) => each.aspectRatio))] : model.options.aspect_ratio_options,
    current: bySize ? sizes.find((each) => each.size === form.size)?.aspectRatio : form.aspectRatio,
    fieldsOf: (ratio) => (bySize ? { size: sizes.find((each) => each.aspectRatio === ratio).size } : { aspectRatio: ratio }),
  };
}

function Shape({ form, model, sizes, onChange }) {
  const { bySize, ratios, current, fieldsOf } = shapesOf(form, model, sizes);
  const same = sizes.filter((each) => each.aspectRatio === current);
  const choose = (ratio) => onChange(fieldsOf(ratio));
  if (!ratios.length) return null;
  return html`<fieldset class="field"><legend class="hidden">Shape</legend><div class="field-head"><b>Shape</b>
      ${bySize && form.size && html`<select aria-label="Size" onChange=${(event) => onChange({ size: event.target.value })}>
        ${same.map((each) => html`<option value=${each.size} selected=${each.size === form.size}>${sizeText(each.size)}</option>`)}</select>`}</div>
    <div class="shapes">${ratios.map((ratio) => html`<button type="button" aria-pressed=${ratio === current} onClick=${() => choose(ratio)}>
      <${Drawn} ratio=${ratio} /><span>${ratio}</span></button>`)}</div></fieldset>`;
}

const Choice = ({ id, label, value, options, onChange }) => html`<div class="field"><div class="field-head"><label for=${id}>${label}</label></div>
  <div class="select"><select id=${id} onChange=${(event) => onChange(event.target.value || null)}>
    ${options.map(([key, text]) => html`<option value=${key} selected=${key === (value ?? "")}>${text}</option>`)}</select><${Icon} name="down" /></div></div>`;

function Numbers({ form, model, onChange }) {
  const named = (each) => [each, each[0].toUpperCase() + each.slice(1)];
  return html`<div class="two-fields"><fieldset class="field"><legend class="hidden">Images</legend><div class="field-head"><b>Images</b></div>
    <div class="segments">${NUMBERS.filter((n) => n <= model.maxImages).map((n) =>
      html`<button type="button" aria-pressed=${n === form.n} onClick=${() => onChange({ n })}>${n}</button>`)}</div></fieldset>
    ${form.quality && html`<${Choice} id="quality" label="Quality" value=${form.quality} options=${model.qualities.map(named)}
      onChange=${(quality) => onChange({ quality })} />`}
    ${form.resolution && html`<${Choice} id="resolution" label="Resolution" value=${form.resolution}
      options=${model.options.resolution_options.map((each) => [each, each.toUpperCase()])} onChange=${(resolution) => onChange({ resolution })} />`}</div>`;
}

/** Why nothing can be sent now, in words; null when it can. */
export function reasonOff({ form, model, quote, quoteError, known, budget, online, uploading }) {
  if (!online) return "You are offline.";
  if (!form.prompt.trim()) return "Write a prompt first.";
  if (form.prompt.length > promptLimit(model)) return "The prompt is too long.";
  if (uploading) return "A reference is being uploaded.";
  if (known.activeLeft === 0) return "As many runs as are allowed are open. Wait for one, or stop it.";
  if (known.dayLeft === 0) return "No more runs today; more from 00:00 UTC.";
  if (quoteError) return quoteError.asksAgain ? `${sentence(quoteError.code)}. The price is asked for again.` : quoteError.message;
  if (quote && known.available !== null && quote.price.milliCredits > known.available) {
    return `You have ${credits(known.available)}, this takes ${credits(quote.price.milliCredits)}.`;
  }
  if (quote && budget?.limit && quote.price.milliCredits > budget.remaining.milliCredits && Date.now() < new Date(budget.resetsAt)) {
    const left = budget.remaining.milliCredits;
    return `This month's budget ends at ${credits(budget.limit.milliCredits)}; ${left ? `${credits(left)} are left` : "nothing is left"}.`;
  }
  return null;
}

export function Composer(props) {
  const { form, models, model, known, account, onChange, uploads, onClose } = props;
  const sizes = known?.sizes ?? [];
  return html`<aside class="composer" aria-label="New run"><button class="grip" aria-label="Close the form" onClick=${onClose}><i></i></button><div class="fields">
      <${Presets} form=${form} onChange=${onChange} />
      <${Prompt} form=${form} limit=${promptLimit(model)} onChange=${onChange} />
      <${References} references=${form.references} most=${model.maxReferences} ...${uploads} />
      <${Model} models=${models} model=${model} known=${known} plan=${account.plan} onChange=${onChange} />
      ${known ? null : html`<div class="shapes-waiting"></div>`}
      ${known && html`<${Shape} form=${form} model=${model} sizes=${sizes} onChange=${onChange} />`}
      <${Numbers} form=${form} model=${model} onChange=${onChange} />
      <details class="more"><summary><${Icon} name="sliders" />Watermark, format<${Icon} name="down" /></summary>
        <div class="field"><div class="field-head"><label for="watermark">Watermark</label></div>
          <input id="watermark" maxlength="64" value=${form.watermark} onInput=${(event) => onChange({ watermark: event.target.value })} /></div>
        <${Choice} id="format" label="Format" value=${form.outputFormat} onChange=${(outputFormat) => onChange({ outputFormat })}
          options=${[["", "As the model makes it"], ...model.outputFormats.map((each) => [each, each.toUpperCase()])]} /></details>
    </div>
    <div class="foot"><${Go} ...${props} /></div></aside>`;
}
