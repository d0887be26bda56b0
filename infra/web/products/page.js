/** `/products`: the shop's products; `/products/{id}`: one of them with its shots. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { useList } from "../core/list.js";
import { useLoaded } from "../core/load.js";
import { follow } from "../core/router.js";
import { Icon } from "../parts/icon.js";
import { Problem } from "../parts/problem.js";
import { NewProduct } from "./new_product.js";
import { Product } from "./product.js";

const MOST_SETS = 50;

/** The newest set of each product: `{ready, asked}`. */
function setsOf(body) {
  const sets = new Map();
  body?.generations.forEach((set) => { if (set.productId && !sets.has(set.productId)) sets.set(set.productId, { ready: set.generatedImages.length, asked: set.totalImages }); });
  return sets;
}

function Tile({ product, set }) {
  const front = product.pictures.find((picture) => picture.role === "front") ?? product.pictures[0];
  return html`<li><a class="product-tile" href=${`/products/${product.id}`} onClick=${follow}>
    ${front ? html`<img src=${front.thumbnailUrl} alt="" width="200" height="200" loading="lazy" />` : html`<i class="weave"></i>`}
    <b>${product.name}</b><span class="count">${set ? `${set.ready} of ${set.asked} ready` : "no shots yet"}</span></a></li>`;
}

function All() {
  const { items, error, more, reload } = useList("/api/v1/products?limit=24", "products");
  const { body } = useLoaded(`/api/generations?limit=${MOST_SETS}`);
  const [making, setMaking] = useState(false);
  useEffect(() => { document.title = "Products · Easel"; }, []);
  const sets = setsOf(body);
  return html`<main id="main" class="plain-page"><header class="page-head"><h1>Products</h1>
      <button class="primary" aria-expanded=${making} onClick=${() => setMaking(!making)}><${Icon} name="plus" />New product</button></header>
    ${making && html`<${NewProduct} onMade=${() => { setMaking(false); reload(); }} onCancel=${() => setMaking(false)} />`}
    <${Problem} error=${error} />
    ${items?.length === 0 && !making && html`<section class="empty"><h2>Your products will be here</h2>
      <p>A product has a name and a photo of its front; six shots for a shop are made from it.</p>
      <div class="row"><button class="primary" onClick=${() => setMaking(true)}>New product</button></div></section>`}
    ${items && html`<ul class="product-tiles">${items.map((product) => html`<${Tile} key=${product.id} product=${product} set=${sets.get(product.id)} />`)}</ul>`}
    ${more && html`<button onClick=${more}>Show more</button>`}</main>`;
}

export const Page = ({ id }) => (id ? html`<${Product} key=${id} id=${id} />` : html`<${All} />`);
