/** One product: the shop's own photos and facts, and its sets of shots. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { request } from "../core/api.js";
import { bytes } from "../core/format.js";
import { useLoaded } from "../core/load.js";
import { follow } from "../core/router.js";
import { useKnown } from "../core/store.js";
import { failure } from "../core/words.js";
import { hasEnded, runs } from "../generator/runs.js";
import { Icon } from "../parts/icon.js";
import { Problem } from "../parts/problem.js";
import { PriceTag } from "../parts/price.js";
import { toast } from "../parts/toast.js";
import { Facts } from "./facts.js";
import { Ready } from "./ready.js";
import { OlderSets, Shots } from "./shots.js";

const MOST_SETS = 50;

/** Sets of this product, the newest first; the newest is followed until it has ended. */
function useSets(id) {
  const [round, setRound] = useState(0);
  const { body, error } = useLoaded(`/api/generations?limit=${MOST_SETS}`, round);
  const known = useKnown(runs);
  const sets = body?.generations.filter((set) => set.productId === id && !set.retryOf) ?? null;
  useEffect(() => { if (sets?.length) runs.follow(sets[0].id); }, [sets?.[0]?.id]);
  const newest = sets?.length ? known.runs.find((run) => run.id === sets[0].id) ?? null : null;
  return { sets, newest, error, reload: () => setRound((number) => number + 1) };
}

function Make({ id, count, onMade }) {
  const [quote, setQuote] = useState(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const [key] = useState(() => crypto.randomUUID());
  const ask = () => request("POST", "/api/generations?dry_run=true", { body: { productId: id } }).then((answer) => setQuote(answer.body), setError);
  useEffect(() => { ask(); }, [id]);
  const make = async () => {
    setBusy(true);
    setError(null);
    try {
      const answer = await request("POST", "/api/generations", { body: { productId: id, quoteId: quote.quoteId }, headers: { "Idempotency-Key": `${key}-${count}` } });
      await runs.follow(answer.body.generation.id);
      onMade();
      ask();
    } catch (failed) {
      setError(failed);
      if (failed.code === "quote_expired") ask();
    }
    setBusy(false);
  };
  return html`<button class="primary make" disabled=${busy || !quote} aria-busy=${busy} onClick=${make}>Make ${quote?.price.images ?? 6} new shots
    ${quote && html`<${PriceTag} milliCredits=${quote.price.milliCredits} />`}</button>${error && html`<span class="head-error"><${Problem} error=${error} /></span>`}`;
}

/** Its place is kept while there is nothing to put into it, and its size while that is not known. */
function Zip({ run, ready }) {
  const { body } = useLoaded(hasEnded(run) && run.imagesCompleted ? `/api/v1/generations/${run.id}/archive?format=json` : null);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const answer = (await request("GET", `/api/v1/generations/${run.id}/archive?format=json`)).body;
      if (answer.archive.url) location.assign(answer.archive.url);
      else toast({ text: "The file is being put together. Press again in a moment." });
    } catch (error) {
      toast({ text: failure(error) });
    }
    setBusy(false);
  };
  const size = body?.archive.bytes;
  return html`<button class="zip" disabled=${busy || ready === 0} aria-busy=${busy} onClick=${save}><${Icon} name="zip" />Download ZIP <span class="count">${size ? bytes(size) : ""}</span></button>`;
}

export function Product({ id }) {
  const [round, setRound] = useState(0);
  const { body: product, error } = useLoaded(`/api/v1/products/${encodeURIComponent(id)}`, round);
  const { sets, newest, error: unread, reload } = useSets(id);
  useEffect(() => { document.title = `${product?.name ?? "Product"} · Easel`; }, [product]);
  if (error?.status === 404) return html`<main id="main" class="plain-page"><header class="page-head"><h1>This product is not here</h1></header><a href="/products" onClick=${follow}>All products</a></main>`;
  const loaded = product && sets && (sets.length === 0 || newest);
  const ready = newest?.images.filter((image) => runs.inPlace(newest, image).image.status === "COMPLETED").length ?? 0;
  return html`<main id="main" class="plain-page product"><header class="page-head">
      <p class="crumbs"><a href="/products" onClick=${follow}>Products</a><${Icon} name="right" /></p><h1>${product?.name ?? "\u00a0"}</h1>
      ${loaded && newest && html`<span class=${ready === newest.n ? "live still" : "live"}>${ready} of ${newest.n} ready</span>`}
      ${loaded && newest && html`<${Zip} key=${newest.status} run=${newest} ready=${ready} />`}
      ${loaded && html`<${Make} id=${id} count=${sets.length} onMade=${reload} />`}</header>
    <${Problem} error=${error ?? unread} />
    ${loaded && html`<div class="product-columns"><aside class="product-facts" aria-label="The product"><h2>Your photos</h2>
        <div class="photos-pair">${product.pictures.map((picture) => html`<figure><img src=${picture.thumbnailUrl} alt=${`${product.name}, ${picture.role}`} width="145" height="145" /><figcaption>${picture.role}</figcaption></figure>`)}</div>
        <${Facts} product=${product} onChanged=${() => setRound(round + 1)} />
      </aside>
      <div class="product-shots">${newest ? html`<${Shots} run=${newest} />` : html`<section class="empty"><h2>Six shots will be here</h2><p>They are made from your photos, each for its own use, and kept at their addresses.</p></section>`}
        ${sets?.length > 1 && html`<${OlderSets} sets=${sets.slice(1)} />`}</div>
      ${newest && hasEnded(newest) && newest.imagesCompleted > 0 && html`<${Ready} run=${newest} />`}</div>`}</main>`;
}
