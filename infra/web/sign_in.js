/** Sign-in: on a hosted page, or on a local stack with the demo account, which is one press away. */
import { html, useEffect, useState } from "./vendor/preact.js";
import { isHosted } from "./core/access.js";
import { finishSignIn, isBack, leaveToSignIn } from "./core/hosted_sign_in.js";
import { query } from "./core/router.js";
import { session, signInWithDemo } from "./core/session.js";
import { Icon, Logo } from "./parts/icon.js";

/** The address asked for before; only a path of our own. */
export function addressAfter(start) {
  const to = query().get("to") ?? start;
  return /^\/(?!\/)/.test(to) ? to : start;
}

const Demo = ({ busy, error, onPress }) => html`<div class="local"><${Icon} name="play" /><div>
  <b>This is a local stack</b>
  <p>Models are simulated and no money is spent. Credits are play money.</p>
  <button class="primary" disabled=${busy} aria-busy=${busy} onClick=${() => onPress("user")}>Use the demo account</button>
  <button class="ghost" disabled=${busy} onClick=${() => onPress("operator")}>Use the operator's account</button>
  ${error && html`<p class="error" role="alert">${error}</p>`}
</div></div>`;

const Hosted = ({ busy, error, onPress }) => html`<button class="primary" disabled=${busy} aria-busy=${busy} onClick=${() => onPress()}>Sign in</button>
  ${error && html`<p class="error" role="alert">${error}</p>`}`;

/** A picture of our own: dunes in low sun. */
const Dunes = () => html`<svg viewBox="0 0 600 600" preserveAspectRatio="xMidYMid slice"><defs>
    ${[["sky", "#4d8fbd", "#e3ddd0"], ["haze", "#e0cfa6", "#d3ac6a"], ["lit", "#efc46c", "#c9933f"], ["shade", "#a9742f", "#5f3b1b"]].map(([id, from, to]) => html`
      <linearGradient id=${`dunes-${id}`} x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color=${from} /><stop offset="1" stop-color=${to} /></linearGradient>`)}</defs>
    <rect width="600" height="330" fill="url(#dunes-sky)" /><circle cx="440" cy="168" r="30" fill="#fff1cf" /><circle cx="440" cy="168" r="52" fill="#fff1cf" opacity=".25" />
    <path d="M0 262C60 238 110 232 170 254S290 268 350 240s120-26 170-4 60 18 80 14v120H0z" fill="url(#dunes-haze)" opacity=".75" />
    <path d="M0 318c70-6 120-40 190-46 62-6 92 34 150 40s150-58 260-48v200H0z" fill="url(#dunes-lit)" />
    <path d="M0 318c70-6 120-40 190-46 40 30 20 62-30 92S40 400 0 404z" fill="url(#dunes-shade)" opacity=".8" />
    <path d="M0 430c120-8 210-34 300-76 70-33 130-58 180-56 44 2 80 20 120 40v262H0z" fill="url(#dunes-lit)" />
    <path d="M0 430c120-8 210-34 300-76 70-33 130-58 180-56-60 34-100 66-110 116-12 64 70 112 60 186H0z" fill="url(#dunes-shade)" /></svg>`;

export function SignIn() {
  const [busy, setBusy] = useState(isBack());
  const [error, setError] = useState(null);
  const attempt = async (action) => {
    setBusy(true);
    setError(null);
    try {
      await action();
    } catch (failed) {
      setError(failed.message);
      setBusy(false);
    }
  };
  useEffect(() => {
    if (isHosted() && isBack()) attempt(finishSignIn);
  }, []);
  const press = (account) => attempt(() => (isHosted() ? leaveToSignIn(addressAfter("/dashboard")) : signInWithDemo(account)));
  const Choice = isHosted() ? Hosted : Demo;
  return html`<main class="sign-in" id="main">
    <div class="scene" aria-hidden="true"><${Dunes} /></div>
    <section>
      <${Logo} />
      <h1>Sign in to Easel</h1>
      <p>Images from many models. The price is on the button.</p>
      ${session.wasEnded() && html`<p class="notice" role="status">You were signed out; your form is kept.</p>`}
      <${Choice} busy=${busy} error=${error} onPress=${press} />
    </section></main>`;
}
