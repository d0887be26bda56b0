/** `/generator`: the form left, the runs and the newest images on the wall. */
import { html, useCallback, useEffect, useRef, useState } from "../vendor/preact.js";
import { account } from "../core/account.js";
import { failure, runFailure } from "../core/words.js";
import { useKeys } from "../core/keys.js";
import { useLoaded } from "../core/load.js";
import { useKnown } from "../core/store.js";
import { useOnline } from "../frame.js";
import { Composer, reasonOff, shapesOf } from "./composer.js";
import { Dock } from "./dock.js";
import { draft, fitted, referenceId, requestBody } from "./form.js";
import { useModel, useModels } from "./models.js";
import { useQuote } from "./quote.js";
import { Recent } from "./recent.js";
import { upload } from "./references.js";
import { Run } from "./run.js";
import { hasEnded, runs } from "./runs.js";

const FIRST_PROMPTS = ["a vase in window light", "misty ridges at dawn", "a paper town from above"];

/** Uploads of references: `{busy, problem, onFiles, onRemove, onMove}`. */
function useUploads(most, onChange) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const onFiles = useCallback(async (files) => {
    setProblem(null);
    setBusy(true);
    for (const file of files.slice(0, most - draft.known().references.length)) {
      try {
        const made = await upload(file);
        onChange({ references: [...draft.known().references, made] });
      } catch (error) {
        setProblem(error);
      }
    }
    setBusy(false);
  }, [most, onChange]);
  const onRemove = (id) => onChange({ references: draft.known().references.filter((each) => referenceId(each) !== id) });
  const onMove = (from, to) => {
    const references = [...draft.known().references];
    if (to < 0 || to >= references.length || from === to) return;
    references.splice(to, 0, ...references.splice(from, 1));
    onChange({ references });
  };
  return { busy, problem, onFiles, onRemove, onMove };
}

/** Ctrl or Cmd with Enter sends, Shift with Escape stops; a pasted picture becomes a reference. */
function useShortcuts({ send, stop, onFiles }) {
  useEffect(() => {
    const key = (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
      if (event.key === "Escape" && event.shiftKey) stop();
    };
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

/** Pictures may be dropped anywhere on the page; true while one is held over it. */
function useDrop(onFiles) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    const drag = (event) => { if (hasFiles(event)) { event.preventDefault(); setOver(true); } };
    const leave = (event) => { if (!event.relatedTarget) setOver(false); };
    const drop = (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      onFiles([...event.dataTransfer.files]);
    };
    addEventListener("dragover", drag);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", drag);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, [onFiles]);
  return over;
}

/** N writes, 1 to 9 set the number of images, [ and ] change the shape. */
function useFormKeys(form, model, known, onChange, onWrite) {
  const shapes = model && known ? shapesOf(form, model, known.sizes) : null;
  const turn = (by) => () => {
    const { ratios, current, fieldsOf } = shapes;
    if (ratios.length) onChange(fieldsOf(ratios[(ratios.indexOf(current) + by + ratios.length) % ratios.length]));
  };
  const numbers = Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].filter((n) => n <= (model?.maxImages ?? 0)).map((n) => [n, () => onChange({ n })]));
  useKeys(shapes ? { ...numbers, n: onWrite, "[": turn(-1), "]": turn(1) } : {});
  return shapes?.current ?? null;
}

/** What the workspace may spend this month: read again when its balance has changed, and when the window is looked at again. */
function useBudget({ available, scopes }) {
  const [looked, setLooked] = useState(0);
  useEffect(() => {
    const look = () => setLooked((times) => times + 1);
    addEventListener("focus", look);
    return () => removeEventListener("focus", look);
  }, []);
  const readable = available !== null && scopes.includes("wallet:read");
  return useLoaded(readable ? "/api/v1/budgets/workspace" : null, `${available} ${looked}`).body;
}

/** The seconds until something is done by itself, once; set to 0 it is not done. */
function useCountdown(onEnd) {
  const [left, setLeft] = useState(0);
  const latest = useRef(onEnd);
  latest.current = onEnd;
  useEffect(() => {
    if (left === 0) return undefined;
    const timer = setTimeout(() => {
      setLeft(left - 1);
      if (left === 1) latest.current();
    }, 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return [left, setLeft];
}

const First = ({ onUse }) => html`<section class="empty"><h2>Your first image will hang here</h2>
  <p>Start from a prompt; nothing is spent until you press Generate.</p>
  <div class="row">${FIRST_PROMPTS.map((prompt) => html`<button class="chip" onClick=${() => onUse({ prompt })}>${prompt}</button>`)}</div></section>`;

export function Page() {
  const models = useModels();
  const form = useKnown(draft);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const [sheet, setSheet] = useState(false);
  const [resumed, setResumed] = useState(false);
  const online = useOnline();
  const { replacements } = useKnown(runs);
  const caller = useKnown(account);
  const budget = useBudget(caller);
  const model = models.find((each) => each.id === form.model || each.aliases.includes(form.model)) ?? models[0];
  const known = useModel(model?.id);
  const ready = known ? { ...form, ...fitted(form, model, known.sizes) } : { ...form, model: null };
  const { quote, error } = useQuote(ready);
  const tooFast = useRef(null);
  // Only what was refused is sent by itself: the same form, at the same price.
  const [pause, setPause] = useCountdown(() => {
    if (form.key === tooFast.current.key && quote?.price.milliCredits === tooFast.current.price) submit(true);
  });
  const onChange = useCallback((fields) => { setProblem(null); setPause(0); draft.change(fields); }, []);
  const uploads = useUploads(model?.maxReferences ?? 0, onChange);
  useEffect(() => { document.title = "Generate · Easel"; runs.resume().catch(() => {}).finally(() => setResumed(true)); }, []);
  const reason = model && reasonOff({ form, model, quote, quoteError: error, known: caller, budget, online, uploading: uploads.busy });
  const off = pause ? `Too fast. Again in ${pause} s.` : reason;

  const submit = async (again) => {
    if (reason || busy || !quote) return;
    setBusy(true);
    setProblem(null);
    setSheet(false);
    try {
      await runs.submit({ ...requestBody(ready), quoteId: quote.quoteId }, form.key);
      // Answered: the same form pressed again is a new run.
      draft.change({});
    } catch (failed) {
      setSheet(true);
      if (failed.code === "rate_limited" && failed.retryAfter && !again) {
        tooFast.current = { key: form.key, price: quote.price.milliCredits };
        setPause(failed.retryAfter);
      } else {
        setProblem({ text: runFailure(failed), requestId: failed.status >= 500 ? failed.requestId : null });
      }
    }
    setBusy(false);
  };
  const send = () => { if (!off) submit(false); };
  const stop = () => {
    const open = runs.shown().find((run) => !hasEnded(run));
    if (open) runs.stop(open).catch((failed) => setProblem({ text: failure(failed) }));
  };
  useShortcuts({ send, stop, onFiles: uploads.onFiles });
  const over = useDrop(uploads.onFiles);
  const write = () => {
    setSheet(true);
    requestAnimationFrame(() => document.getElementById("prompt")?.focus());
  };
  const full = { ...form, ...ready, model: model?.id };
  const shape = useFormKeys(full, model, known, onChange, write);
  useKeys(sheet ? { Escape: () => setSheet(false) } : {});

  const shown = runs.shown();
  const made = runs.known().runs.reduce((sum, run) => sum + run.imagesCompleted, 0);
  return html`<div class=${`generator ${sheet ? "sheet-open" : ""}`} data-replaced=${Object.keys(replacements).length}>
    ${model ? html`<${Composer} form=${full} models=${models} model=${model} known=${known} account=${caller} quote=${quote} off=${off} list=${shown}
      busy=${busy} problem=${problem} onChange=${onChange} onSend=${send} uploads=${uploads} onClose=${() => setSheet(false)} />` : html`<aside class="composer" aria-label="New run"></aside>`}
    <main id="main" class="wall-page"><h1 class="hidden">Generate</h1>
      ${shown.map((run) => html`<${Run} key=${run.id} run=${run} onUse=${onChange} />`)}
      ${resumed && html`<${Recent} made=${made} first=${shown.length === 0 ? html`<${First} onUse=${onChange} />` : null} />`}</main>
    ${model && html`<${Dock} form=${full} model=${model} shape=${shape} quote=${quote} off=${off} busy=${busy} open=${sheet} onOpen=${write} onSend=${send} />`}
    ${over && html`<div class="drop-anywhere" aria-hidden="true">Drop to use as reference</div>`}</div>`;
}
