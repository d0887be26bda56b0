/** `?`: the keys of the page that is shown, and those of every page. */
import { html, useState } from "./vendor/preact.js";
import { useKeys } from "./core/keys.js";
import { Dialog } from "./parts/dialog.js";

const command = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";
const GENERATOR = ["Generate", [
  [[command, "Enter"], "Generate"], [["Shift", "Esc"], "Stop"], [["N"], "Write the prompt"], [["1", "…", "9"], "Number of images"], [["[", "]"], "Shape"],
]];
const GALLERY = ["Gallery", [
  [["/"], "Search"], [["←", "↑", "→", "↓"], "Move"], [["Enter"], "Open"], [["X"], "Select"], [["F"], "Favourite"], [["D"], "Download"],
  [["Del"], "Move to the trash"], [["Esc"], "Select nothing"],
]];
const VIEWER = ["Image", [
  [["←", "→"], "Next image"], [["+", "-", "0"], "Zoom"], [["F"], "Favourite"], [["I"], "Details"], [["E"], "Use all settings"],
  [["U"], "Use as reference"], [["D"], "Download"], [["Del"], "Move to the trash"], [["Esc"], "Close"],
]];
const pagesOf = (entries) => ["Pages", [...entries.map(({ key, label }) => [["G", key.toUpperCase()], label]), [["Z"], "Undo"], [["?"], "This list"]]];

function groupsOf(path, entries) {
  if (path.startsWith("/gallery/")) return [VIEWER, pagesOf(entries)];
  if (path.startsWith("/gallery")) return [GALLERY, pagesOf(entries)];
  return path.startsWith("/generator") ? [GENERATOR, pagesOf(entries)] : [pagesOf(entries)];
}

export function Shortcuts({ path, entries }) {
  const [open, setOpen] = useState(false);
  useKeys({ "?": () => setOpen(true) });
  if (!open) return null;
  return html`<${Dialog} title="Keys" onClose=${() => setOpen(false)}><div class="shortcuts">${groupsOf(path, entries).map(([title, keys]) => html`
    <section><h3>${title}</h3><dl>${keys.map(([names, what]) => html`
      <div><dt>${names.map((name) => html`<kbd>${name}</kbd>`)}</dt><dd>${what}</dd></div>`)}</dl></section>`)}</div>
    <p class="count">Single keys can be turned off in the profile.</p><//>`;
}
