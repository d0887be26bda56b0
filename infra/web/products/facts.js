/** Name, colour and material of a product, changed in place. Who has changed them meanwhile is not overwritten. */
import { html, useState } from "../vendor/preact.js";
import { request } from "../core/api.js";
import { Problem } from "../parts/problem.js";

const FIELDS = [["name", "Name"], ["color", "Colour"], ["material", "Material"]];

export function Facts({ product, onChanged }) {
  const [edited, setEdited] = useState(null);
  const [error, setError] = useState(null);
  const save = async (event) => {
    event.preventDefault();
    setError(null);
    try {
      await request("PUT", `/api/v1/products/${product.id}`, { body: { ...edited, version: product.version } });
      setEdited(null);
    } catch (failed) {
      setError(failed);
    }
    onChanged();
  };
  if (!edited) {
    return html`<dl class="facts">${FIELDS.map(([name, label]) => html`<div><dt>${label}</dt><dd>${product[name] ?? "not given"}</dd></div>`)}</dl>
      <button class="ghost edit" onClick=${() => setEdited(Object.fromEntries(FIELDS.map(([name]) => [name, product[name] ?? ""])))}>Edit</button>`;
  }
  return html`<form class="share-form" onSubmit=${save}>${FIELDS.map(([name, label]) => html`<label class="stacked">${label}
      <input value=${edited[name]} maxlength="100" required=${name === "name"} onInput=${(event) => setEdited({ ...edited, [name]: event.target.value })} />
      ${error && product[name] !== edited[name] && html`<span class="count">now: ${product[name] ?? "not given"}</span>`}</label>`)}
    <${Problem} error=${error} /><div class="row"><button class="primary">Save</button><button type="button" class="ghost" onClick=${() => setEdited(null)}>Cancel</button></div></form>`;
}
