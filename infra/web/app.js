/** Entry: reads the settings of the deployment, then shows the page that the address names. */
import { html, render, useEffect, useState } from "./vendor/preact.js";
import { loadConfig } from "./core/config.js";
import { currentPath, onNavigate, navigate } from "./core/router.js";
import { session } from "./core/session.js";
import { Frame } from "./frame.js";
import { SignIn } from "./sign_in.js";
import { Generator } from "./generator/page.js";

const START = "/generator";

function App() {
  const [path, setPath] = useState(currentPath());
  const [token, setToken] = useState(session.token());
  useEffect(() => onNavigate(setPath), []);
  useEffect(() => session.subscribe(() => setToken(session.token())), []);
  const signedIn = Boolean(token);
  useEffect(() => {
    if (!signedIn && path !== "/sign-in") navigate(`/sign-in?to=${encodeURIComponent(path)}`);
    else if (signedIn && path !== START) navigate(START);
  }, [signedIn, path]);
  if (!signedIn) return html`<${SignIn} />`;
  return html`<${Frame} path=${path}><${Generator} /><//>`;
}

await loadConfig();
render(html`<${App} />`, document.getElementById("app"));
