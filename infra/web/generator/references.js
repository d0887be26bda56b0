/** Reference images: dropped, pasted or chosen, and uploaded at once. */
import { html, useRef, useState } from "../vendor/preact.js";
import { ApiError, request } from "../core/api.js";
import { failure } from "../core/words.js";
import { Icon } from "../parts/icon.js";
import { referenceId } from "./form.js";

const TYPES = ["image/png", "image/jpeg", "image/webp"];
const LARGEST_BYTES = 4_000_000; // a form may have 4.5 MB
const LONGEST_SIDE = 2048;
const SECONDS = 60;

/** A picture that is too large for a form, smaller. */
async function fitting(file) {
  if (file.size <= LARGEST_BYTES) return file;
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
}

export async function upload(file) {
  if (!TYPES.includes(file.type)) {
    throw new ApiError({ status: 0, code: "image_type", message: "Choose a PNG, JPEG or WebP image" });
  }
  const form = new FormData();
  form.append("file", await fitting(file), file.name || "reference");
  const { uploads } = (await request("POST", "/api/v1/uploads", { body: form, seconds: SECONDS })).body;
  const [made] = uploads;
  if (made.state === "REJECTED") {
    throw new ApiError({ status: 0, code: "rejected", message: made.rejection.message });
  }
  return { uploadId: made.id, thumbnailUrl: made.thumbnailUrl ?? made.url, name: file.name };
}

/** One reference; its place is changed by dragging it, or by Alt and an arrow key. */
function Thumb({ reference, index, dragged, onRemove, onMove }) {
  const move = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!event.altKey || !by) return;
    event.preventDefault();
    onMove(index, index + by);
  };
  const drop = (event) => {
    if (dragged.current === null) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(dragged.current, index);
  };
  return html`<span class="thumb" draggable="true" onDragStart=${() => { dragged.current = index; }} onDragEnd=${() => { dragged.current = null; }}
    onDragOver=${(event) => { if (dragged.current !== null) event.preventDefault(); }} onDrop=${drop}><img src=${reference.thumbnailUrl} alt=${reference.name} width="56" height="56" draggable="false" />
    <button aria-label=${`Remove reference ${index + 1}`} title="Alt and an arrow key move it" aria-keyshortcuts="Alt+ArrowLeft Alt+ArrowRight" onKeyDown=${move}
      onClick=${() => onRemove(referenceId(reference))}><${Icon} name="close" /></button></span>`;
}

export function References({ references, most, busy, problem, onFiles, onRemove, onMove }) {
  const chooser = useRef();
  const dragged = useRef(null);
  const [over, setOver] = useState(false);
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    onFiles([...event.dataTransfer.files]);
  };
  return html`<div class="field"><div class="field-head"><b>References</b><span>${references.length} of ${most}</span></div>
    <div class="references">
      ${references.map((each, index) => html`<${Thumb} key=${referenceId(each)} reference=${each} index=${index} dragged=${dragged} onRemove=${onRemove} onMove=${onMove} />`)}
      <button class=${`drop ${over ? "over" : ""}`} disabled=${busy || references.length >= most} aria-busy=${busy} onClick=${() => chooser.current.click()}
        onDragOver=${(event) => { event.preventDefault(); setOver(true); }} onDragLeave=${() => setOver(false)} onDrop=${drop}>
        <${Icon} name="image" /><span>${busy ? "Uploading" : "Drop, paste or choose an image to start from"}</span></button>
      <input class="hidden" type="file" tabindex="-1" aria-label="Choose reference images" multiple accept=${TYPES.join(",")} ref=${chooser}
        onChange=${(event) => { onFiles([...event.target.files]); event.target.value = ""; }} />
    </div>
    ${problem && html`<p class="error" role="alert"><${Icon} name="warning" />${failure(problem)}</p>`}</div>`;
}
