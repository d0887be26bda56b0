/** `/s/{token}`: what a shared link shows to anybody who has it. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { bytes, dayName } from "../core/format.js";
import { Blur } from "../parts/blur.js";
import { Icon, Logo } from "../parts/icon.js";

const SECONDS = 30;
const NOT_HERE = 404;
const TOO_FAST = 429;

/** `{status, body}`; status 0 when nothing came. */
async function open(token, password) {
  const answer = await fetch(`/s/${encodeURIComponent(token)}`, {
    method: password === null ? "GET" : "POST",
    headers: { Accept: "application/json", ...(password !== null && { "Content-Type": "application/json" }) },
    body: password === null ? undefined : JSON.stringify({ password }),
    signal: AbortSignal.timeout(SECONDS * 1000),
  }).catch(() => null);
  return { status: answer?.status ?? 0, body: answer ? await answer.json().catch(() => ({})) : {} };
}

const Message = ({ title, children }) => html`<main id="main" class="shared-message"><${Logo} /><h1>${title}</h1>${children}</main>`;

function Password({ wrong, tooFast, onTry }) {
  const [password, setPassword] = useState("");
  const send = (event) => { event.preventDefault(); onTry(password); };
  return html`<${Message} title="This image has a password"><form class="share-form" onSubmit=${send}>
    <label for="password">Password</label><input id="password" type="password" autocomplete="off" required value=${password} onInput=${(event) => setPassword(event.target.value)} />
    ${(wrong || tooFast) && html`<p class="error" role="alert"><${Icon} name="warning" />${tooFast ? "Too many tries. Wait a minute." : "That is not the password."}</p>`}
    <button class="primary">Show the image</button></form><//>`;
}

function Picture({ image, single }) {
  const [loaded, setLoaded] = useState(false);
  const ratio = image.width / image.height;
  return html`<figure style=${{ "--ratio": String(ratio) }}><div class="moved">${!loaded && html`<${Blur} hash=${image.blurhash} />`}
    <img src=${single ? image.url : image.previewUrl} alt=${image.prompt?.slice(0, 250) ?? "The shared image"} class=${loaded ? "shown" : ""} onLoad=${() => setLoaded(true)} /></div>
    ${!single && html`<figcaption><a class="button" href=${image.downloadUrl}><${Icon} name="download" />Download</a></figcaption>`}</figure>`;
}

function Shown({ share }) {
  const single = share.images.length === 1;
  const [first] = share.images;
  return html`<header class="shared-head"><${Logo} />${single && html`<a class="button" href=${first.downloadUrl}><${Icon} name="download" />Download</a>`}</header>
    <main id="main" class=${`shared ${single ? "single" : ""}`}><div class="shared-wall">${share.images.map((image) => html`<${Picture} key=${image.index} image=${image} single=${single} />`)}</div>
      <section class="shared-label"><h1>${share.title ?? (share.prompt ? share.prompt.slice(0, 120) : "A shared image")}</h1>
        ${share.title && share.prompt && html`<p>${share.prompt}</p>`}
        ${single && html`<p class="count">${first.width} × ${first.height}, ${first.mediaType.split("/")[1].toUpperCase()} ${bytes(first.byteCount)}</p>`}
        ${share.madeWithAi && html`<p class="count">Made with AI</p>`}<p class="count">Link works until ${dayName(share.expiresAt)}</p></section></main>`;
}

export function Page({ id: token }) {
  const [answer, setAnswer] = useState(null);
  const [tried, setTried] = useState(false);
  useEffect(() => { open(token, null).then(setAnswer); }, [token]);
  useEffect(() => { document.title = answer?.body.title ? `${answer.body.title} · Easel` : "A shared image · Easel"; }, [answer]);
  const retry = async (password) => { setTried(true); setAnswer(await open(token, password)); };
  if (!answer) return html`<main id="main" class="shared-message"><h1 class="hidden">A shared image</h1></main>`;
  if (answer.status === 200) return html`<${Shown} share=${answer.body} />`;
  if (answer.body.error?.code === "password_required" || (tried && answer.status === TOO_FAST)) {
    return html`<${Password} wrong=${tried} tooFast=${answer.status === TOO_FAST} onTry=${retry} />`;
  }
  if (answer.status === NOT_HERE) return html`<${Message} title="This link no longer works."><p>Ask whoever sent it for a new one.</p><//>`;
  return html`<${Message} title="The image could not be loaded."><div class="row"><button onClick=${() => location.reload()}>Try again</button></div><//>`;
}
