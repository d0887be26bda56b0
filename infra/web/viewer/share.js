/** A link that shows an image to people without an account: made, copied, and taken back. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { get, request } from "../core/api.js";
import { dayShort } from "../core/format.js";
import { Copy } from "../parts/copy.js";
import { Icon } from "../parts/icon.js";
import { Popover } from "../parts/popover.js";
import { Problem } from "../parts/problem.js";
import { toast } from "../parts/toast.js";

const DAYS = [1, 7, 30];
const STANDARD_DAYS = 30;

function Given({ share, onRevoke }) {
  return html`<li><div class="row"><span>${share.title ?? "Link"} <span class="count">seen ${share.views} ${share.views === 1 ? "time" : "times"} · ends ${dayShort(share.expiresAt)}
    ${share.hasPassword ? " · password" : ""}</span></span><button class="danger end" onClick=${onRevoke}>Revoke</button></div></li>`;
}

function Form({ image, onMade }) {
  const [days, setDays] = useState(STANDARD_DAYS);
  const [hidePrompt, setHidePrompt] = useState(true);
  const [password, setPassword] = useState(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      onMade((await request("POST", "/api/v1/shares", { body: { imageId: image.id, expiresInDays: days, hidePrompt, ...(password && { password }) } })).body);
    } catch (failed) {
      setError(failed);
    }
    setBusy(false);
  };
  return html`<form class="share-form" onSubmit=${send}>
    <label class="row">Ends after <span class="select end"><select onChange=${(event) => setDays(Number(event.target.value))}>${DAYS.map((each) => html`
      <option value=${each} selected=${each === days}>${each === 1 ? "1 day" : `${each} days`}</option>`)}</select><${Icon} name="down" /></span></label>
    <label class="check"><input type="checkbox" checked=${hidePrompt} onChange=${(event) => setHidePrompt(event.target.checked)} />Hide the prompt</label>
    <label class="check"><input type="checkbox" checked=${password !== null} onChange=${(event) => setPassword(event.target.checked ? "" : null)} />Ask for a password</label>
    ${password !== null && html`<input type="password" aria-label="Password" autocomplete="new-password" required minlength="6" value=${password} onInput=${(event) => setPassword(event.target.value)} />`}
    <button class="primary" disabled=${busy} aria-busy=${busy}>Make a link</button><${Problem} error=${error} /></form>`;
}

function Panel({ image }) {
  const [shares, setShares] = useState(null);
  const [made, setMade] = useState(null);
  const [error, setError] = useState(null);
  const load = () => get(`/api/v1/shares?imageId=${image.id}&limit=10`).then((answer) => setShares(answer.shares.filter((each) => !each.expired)), setError);
  useEffect(() => { load(); }, [image.id]);
  const show = (share) => { setMade(share); load(); };
  const revoke = async (share) => {
    try {
      await request("DELETE", `/api/v1/shares/${share.id}`);
      if (made?.id === share.id) setMade(null);
      setShares((before) => before.filter((each) => each.id !== share.id));
      toast({ text: "The link no longer works" });
    } catch (failed) {
      setError(failed);
    }
  };
  return html`<div class="share"><h3>Share this image</h3>
    ${made ? html`<div class="row link"><input readonly aria-label="Link" value=${made.url} onFocus=${(event) => event.target.select()} /><${Copy} text=${made.url} /></div>
      <p class="count">Copy the link now: it is not shown again.</p>` : html`<${Form} image=${image} onMade=${show} />`}
    <${Problem} error=${error} />
    ${shares?.length > 0 && html`<ul>${shares.map((share) => html`<${Given} key=${share.id} share=${share} onRevoke=${() => revoke(share)} />`)}</ul>`}</div>`;
}

export const Share = ({ image }) => html`<${Popover} label="Share" button=${html`<${Icon} name="share" />Share`}>${() => html`<${Panel} image=${image} />`}<//>`;
