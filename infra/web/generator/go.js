/** The foot of the form: what is left afterwards, how long it usually takes, and the button with its price; or the way to stop. */
import { html, useState } from "../vendor/preact.js";
import { creditWord, credits, seconds } from "../core/format.js";
import { failure } from "../core/words.js";
import { Copy } from "../parts/copy.js";
import { Icon } from "../parts/icon.js";
import { hasEnded, runs } from "./runs.js";
import { moneyRule, openOf, savingOf } from "./stop.js";

const Price = ({ children }) => html`<span class="go-price"><i class="hole" aria-hidden="true"></i>${children}</span>`;

/** When no further run is allowed, the button stops the one that is open. */
function StopInstead({ run }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const stop = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await runs.stop(run);
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  return html`<p>${problem ? failure(problem) : moneyRule(run)}</p>
    <button class="go outlined" disabled=${busy} aria-busy=${busy} onClick=${stop}><span><${Icon} name="stop" />Stop the last ${openOf(run).length}</span>
      <${Price}>saves ${credits(savingOf(run))}<//></button>`;
}

export function Go({ form, account, quote, known, off, busy, problem, list, onSend }) {
  const open = list.find((run) => !hasEnded(run));
  if (account.activeLeft === 0 && open) return html`<${StopInstead} run=${open} />`;
  const after = quote && account.available !== null ? account.available - quote.price.milliCredits : null;
  return html`${problem ? html`<p class="error" role="alert"><${Icon} name="warning" />${problem.text}</p>${problem.requestId && html`<${Copy} text=${problem.requestId} label="Copy the request id" />`}`
    : off ? html`<p class="notice">${off}</p>`
    : html`<p>Balance <b>${account.available === null ? "" : credits(account.available)}</b>${after === null ? "" : ` → ${credits(after)}`}
      <span>${known?.usualMs ? `about ${seconds(known.usualMs)}` : ""}</span></p>`}
    <button class="go" disabled=${Boolean(off) || busy || !quote} aria-busy=${busy} onClick=${onSend}>
      <span>Generate ${form.n}</span><${Price}>${quote ? creditWord(quote.price.milliCredits) : "…"}<//></button>`;
}
