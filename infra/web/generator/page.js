/** `/generator`: the form left, the runs and the newest images on the wall. */
import { html, useCallback, useEffect, useRef, useState } from "../vendor/preact.js";
import { account } from "../core/account.js";
import { failure } from "../core/words.js";
import { useOnline } from "../frame.js";
import { Composer, reasonOff } from "./composer.js";
import { changed, fitted, loadForm, requestBody, saveForm } from "./form.js";
import { useModel, useModels } from "./models.js";
import { useQuote } from "./quote.js";
import { Recent } from "./recent.js";
import { upload } from "./references.js";
import { Run } from "./run.js";
import { runs } from "./runs.js";

const FIRST_PROMPTS = ["a vase in window light", "misty ridges at dawn", "a paper town from above"];

function useKnown(store) {
  const [known, setKnown] = useState(store.known());
  useEffect(() => store.subscribe(setKnown), []);
  return known;
}

/** Uploads of references: `{busy, problem, onFiles, onRemove}`. */
function useUploads(form, most, onChange) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const latest = useRef(form);
  latest.current = form;
  const onFiles = useCallback(async (files) => {
    setProblem(null);
    setBusy(true);
    for (const file of files.slice(0, most - latest.current.references.length)) {
      try {
        const made = await upload(file);
        onChange({ references: [...latest.current.references, made] });
      } catch (error) {
        setProblem(error);
      }
    }
    setBusy(false);
  }, [most, onChange]);
  const onRemove = (id) => onChange({ references: form.references.filter((each) => each.uploadId !== id) });
  return { busy, problem, onFiles, onRemove };
}

/** Keys: Ctrl or Cmd with Enter sends; a pasted picture becomes a reference. */
function useShortcuts(send, onFiles) {
  useEffect(() => {
    const key = (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(); };
    const paste = (event) => {
      const files = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
      if (files.length) onFiles(files);
    };
    addEventListener("keydown", key);
    addEventListener("paste", paste);
    return () => {
      removeEventListener("keydown", key);
      removeEventListener("paste", paste);
    };
  });
}

const First = ({ onUse }) => html`<section class="empty"><h2>Your first image will hang here</h2>
  <p>Start from a prompt; nothing is spent until you press Generate.</p>
  <div class="row">${FIRST_PROMPTS.map((prompt) => html`<button class="chip" onClick=${() => onUse({ prompt })}>${prompt}</button>`)}</div></section>`;

export function Generator() {
  const models = useModels();
  const [form, setForm] = useState(loadForm);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const [sheet, setSheet] = useState(false);
  const online = useOnline();
  const { replacements } = useKnown(runs);
  const caller = useKnown(account);
  const model = models.find((each) => each.id === form.model) ?? models[0];
  const known = useModel(model?.id);
  const ready = known ? { ...form, ...fitted(form, model, known.sizes) } : { ...form, model: null };
  const { quote, error } = useQuote(ready);
  const onChange = useCallback((fields) => { setProblem(null); setForm((before) => changed(before, fields)); }, []);
  const uploads = useUploads(form, model?.maxReferences ?? 0, onChange);
  useEffect(() => { saveForm(form); }, [form]);
  useEffect(() => { document.title = "Generate · Easel"; runs.resume().catch(() => {}); }, []);
  const off = model && reasonOff({ form, model, quote, quoteError: error, known: caller, online, uploading: uploads.busy });

  const send = async () => {
    if (off || busy || !quote) return;
    setBusy(true);
    setProblem(null);
    setSheet(false);
    try {
      await runs.submit({ ...requestBody(ready), quoteId: quote.quoteId }, form.key);
      // Answered: the same form pressed again is a new run.
      setForm((before) => ({ ...before, key: crypto.randomUUID() }));
    } catch (failed) {
      setProblem(failure(failed));
    }
    setBusy(false);
  };
  useShortcuts(send, uploads.onFiles);

  const shown = runs.shown();
  const made = runs.known().runs.reduce((sum, run) => sum + run.imagesCompleted, 0);
  return html`<div class=${`generator ${sheet ? "sheet-open" : ""}`} data-replaced=${Object.keys(replacements).length}>
    ${model ? html`<${Composer} form=${{ ...form, ...ready, model: model.id }} models=${models} model=${model} known=${known} account=${caller} quote=${quote} off=${off}
      busy=${busy} problem=${problem} onChange=${onChange} onSend=${send} uploads=${uploads} />` : html`<aside class="composer"></aside>`}
    <main id="main" class="wall-page"><h1 class="hidden">Generate</h1>
      <button class="open-sheet" aria-expanded=${sheet} onClick=${() => setSheet(!sheet)}>${sheet ? "Close the form" : form.prompt || "Write a prompt"}</button>
      ${shown.length === 0 && caller.name && html`<${First} onUse=${onChange} />`}
      ${shown.map((run) => html`<${Run} key=${run.id} run=${run} onUse=${onChange} />`)}
      <${Recent} made=${made} /></main></div>`;
}
