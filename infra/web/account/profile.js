/** Who is signed in, and how the pages look and react in this browser. */
import { html, useState } from "../vendor/preact.js";
import { signOut } from "../core/access.js";
import { setSingleKeys, singleKeys } from "../core/keys.js";
import { theme } from "../core/theme.js";

const THEMES = [["system", "As the system"], ["light", "Light"], ["dark", "Dark"]];

export function Profile({ caller }) {
  const [chosen, setChosen] = useState(theme.known());
  const [keys, setKeys] = useState(singleKeys());
  const choose = (value) => { theme.choose(value); setChosen(value); };
  const toggle = (event) => { setSingleKeys(event.target.checked); setKeys(event.target.checked); };
  return html`<section class="settings"><h2 class="hidden">Profile</h2><dl class="facts">
      <div><dt>Name</dt><dd>${caller.name}</dd></div><div><dt>Role</dt><dd>${caller.role}</dd></div><div><dt>Plan</dt><dd>${caller.plan}</dd></div></dl>
    <fieldset class="field"><legend class="hidden">Theme</legend><div class="field-head"><b>Theme</b></div><div class="segments">${THEMES.map(([value, label]) => html`
      <button aria-pressed=${value === chosen} onClick=${() => choose(value)}>${label}</button>`)}</div></fieldset>
    <label class="check"><input type="checkbox" checked=${keys} onChange=${toggle} /><span><b>Single keys</b>
      <span class="count">G and a letter opens a page, F marks a favourite, Z takes back</span></span></label>
    <div class="row"><button onClick=${signOut}>Sign out</button></div></section>`;
}
