/** What to put on a page: HTML, the address alone, or a tag for previews of links. */
import { html, useState } from "../vendor/preact.js";
import { bytes } from "../core/format.js";
import { Copy } from "../parts/copy.js";
import { Icon } from "../parts/icon.js";

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

const KINDS = [
  { id: "HTML", of: (version) => `<img src="${version.imageUrl}"\n  width="${version.width}" height="${version.height}" loading="lazy"\n  alt="${escaped(version.alt)}">` },
  { id: "URL", of: (version) => version.imageUrl },
  { id: "og:image", of: (version) => `<meta property="og:image" content="${version.imageUrl}">\n<meta property="og:image:width" content="${version.width}">\n<meta property="og:image:height" content="${version.height}">` },
];

export function Snippets({ version }) {
  const [kind, setKind] = useState(KINDS[0]);
  const text = kind.of(version);
  return html`<section class="panel snippets"><header><h2>Put it on a page <span>version ${version.version}</span></h2><div class="segments">${KINDS.map((each) => html`
      <button aria-pressed=${each === kind} onClick=${() => setKind(each)}>${each.id}</button>`)}</div></header>
    <div class="code"><pre tabindex="0">${text}</pre><${Copy} text=${text} /></div>
    <dl class="facts"><div><dt>Alt text</dt><dd>${version.alt}</dd></div></dl>
    <a class="button chip" href=${version.imageUrl} download=${version.imageUrl.split("/").at(-1)}>${version.width} × ${version.height} ${version.byteCount ? bytes(version.byteCount) : ""}<${Icon} name="download" /></a></section>`;
}
