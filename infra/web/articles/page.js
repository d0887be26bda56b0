/** `/articles/{contentItemId}`: the versions of an article's images, which one is current, and how it gets onto a page. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { follow, navigate } from "../core/router.js";
import { Article } from "./article.js";
import { opened } from "./opened.js";

/** The API lists images of one content item; which items there are knows the system that they belong to. */
function Find() {
  const [id, setId] = useState("");
  useEffect(() => { document.title = "Articles · Easel"; }, []);
  const open = (event) => { event.preventDefault(); navigate(`/articles/${encodeURIComponent(id.trim())}`); };
  const list = opened.list();
  return html`<main id="main" class="plain-page"><header class="page-head"><h1>Articles</h1></header>
    <section class="panel"><header><h2>Open an article</h2></header><form class="inline-form" onSubmit=${open}>
      <label>Its id in your system<input value=${id} maxlength="128" required autocomplete="off" placeholder="post-4812" onInput=${(event) => setId(event.target.value)} /></label>
      <button class="primary" disabled=${!id.trim()}>Open</button></form>
      <p class="count">An id that has no image yet can be opened as well, to make the first one.</p></section>
    ${list.length > 0 && html`<section class="panel"><header><h2>Opened here before</h2></header><ul class="choices">${list.map((item) => html`<li>
      <a href=${`/articles/${encodeURIComponent(item.id)}`} onClick=${follow}><span>${item.title ?? item.id}</span><code>${item.id}</code></a></li>`)}</ul></section>`}</main>`;
}

export const Page = ({ id }) => (id ? html`<${Article} key=${id} id=${decodeURIComponent(id)} />` : html`<${Find} />`);
