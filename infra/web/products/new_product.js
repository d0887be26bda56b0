/** The form of a new product: what it is, and photos of its front and back. */
import { html, useRef, useState } from "../vendor/preact.js";
import { request } from "../core/api.js";
import { upload } from "../generator/references.js";
import { Icon } from "../parts/icon.js";
import { Problem } from "../parts/problem.js";

function Photo({ label, photo, onPhoto, onProblem }) {
  const chooser = useRef();
  const [busy, setBusy] = useState(false);
  const take = async (file) => {
    if (!file) return;
    setBusy(true);
    try {
      onPhoto(await upload(file));
    } catch (error) {
      onProblem(error);
    }
    setBusy(false);
  };
  return html`<div class="field photo-field"><div class="field-head"><b>${label}</b></div>
    <button type="button" class="drop" disabled=${busy} aria-busy=${busy} onClick=${() => chooser.current.click()} onDragOver=${(event) => event.preventDefault()}
      onDrop=${(event) => { event.preventDefault(); take(event.dataTransfer.files[0]); }}>
      ${photo ? html`<img src=${photo.thumbnailUrl} alt=${photo.name ?? label} />` : html`<${Icon} name="image" /><span>${busy ? "Uploading" : "Drop or choose a photo"}</span>`}</button>
    <input class="hidden" type="file" tabindex="-1" aria-label=${`Choose a photo: ${label}`} accept="image/png,image/jpeg,image/webp" ref=${chooser} onChange=${(event) => take(event.target.files[0])} /></div>`;
}

export function NewProduct({ onMade, onCancel }) {
  const [fields, setFields] = useState({ name: "", color: "", material: "", front: null, back: null });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const change = (name) => (value) => { setError(null); setFields((before) => ({ ...before, [name]: value })); };
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const { name, color, material, front, back } = fields;
      const body = { name: name.trim(), ...(color && { color }), ...(material && { material }), ...(front && { frontUploadId: front.uploadId }), ...(back && { backUploadId: back.uploadId }) };
      onMade((await request("POST", "/api/v1/products", { body })).body);
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };
  const text = (name, label, required) => html`<label>${label}<input value=${fields[name]} required=${required} maxlength="100" autocomplete="off" onInput=${(event) => change(name)(event.target.value)} /></label>`;
  return html`<form class="panel new-product" onSubmit=${send}><div class="inline-form">${text("name", "Name", true)}${text("color", "Colour", false)}${text("material", "Material", false)}</div>
    <div class="photos-pair"><${Photo} label="Front" photo=${fields.front} onPhoto=${change("front")} onProblem=${setError} />
      <${Photo} label="Back, if you have one" photo=${fields.back} onPhoto=${change("back")} onProblem=${setError} /></div>
    <${Problem} error=${error} /><div class="row"><button class="primary" disabled=${busy || !fields.name.trim() || !fields.front} aria-busy=${busy}>Keep the product</button>
      <button type="button" class="ghost" onClick=${onCancel}>Cancel</button></div></form>`;
}
