/** Sign-in. On a local stack the demo account is one press away. */
import { html, useState } from "./vendor/preact.js";
import { navigate, query } from "./core/router.js";
import { session, signInWithDemo } from "./core/session.js";
import { Icon, Logo } from "./parts/icon.js";

/** Back to the address asked for; only to a path of our own. */
function back() {
  const to = query().get("to") ?? "/";
  navigate(/^\/(?!\/)/.test(to) ? to : "/");
}

export function SignIn() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const demo = async () => {
    setBusy(true);
    setError(null);
    try {
      await signInWithDemo();
      back();
    } catch (failed) {
      setError(failed.message);
      setBusy(false);
    }
  };
  return html`<main class="sign-in" id="main">
    <div class="scene" aria-hidden="true"><svg viewBox="0 0 600 600" preserveAspectRatio="xMidYMid slice">
      <rect class="sky" width="600" height="600" /><circle class="sun" cx="430" cy="190" r="54" />
      <path class="far" d="M0 300L90 250 190 310 300 230 420 320 520 260 600 300V600H0z" />
      <path class="mid" d="M0 390L130 320 250 400 390 330 500 400 600 350V600H0z" />
      <path class="near" d="M0 480L120 430 280 500 430 440 600 500V600H0z" /></svg></div>
    <section>
      <${Logo} />
      <h1>Sign in to Easel</h1>
      <p>Images from many models. The price is on the button.</p>
      ${session.wasEnded() && html`<p class="notice" role="status">You were signed out; your form is kept.</p>`}
      <div class="local"><${Icon} name="play" /><div>
        <b>This is a local stack</b>
        <p>Models are simulated and no money is spent. Credits are play money.</p>
        <button class="primary" disabled=${busy} aria-busy=${busy} onClick=${demo}>Use the demo account</button>
        ${error && html`<p class="error" role="alert">${error}</p>`}
      </div></div>
    </section></main>`;
}
