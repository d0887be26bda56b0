/** A further version of an image: the article's title and text, and the price of the model that made the last one. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { request } from "../core/api.js";
import { account } from "../core/account.js";
import { Problem } from "../parts/problem.js";
import { PriceTag } from "../parts/price.js";

const SHAPES = { hero: "16:9", inline: "4:3" };
const SECONDS = 60;

/** The price of the same model for the same shape; null where no version says which model that is. */
function usePrice(model, variant) {
  const [price, setPrice] = useState(null);
  useEffect(() => {
    if (!model) return;
    request("POST", "/api/v1/quotes", { body: { prompt: "price", model, aspectRatio: SHAPES[variant] } }).then((answer) => setPrice(answer.body.price), () => setPrice(null));
  }, [model, variant]);
  return price;
}

export function NewVersion({ id, variant, last, onMade }) {
  const [title, setTitle] = useState(last?.title ?? "");
  const [description, setDescription] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const price = usePrice(last?.model, variant);
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const body = { contentItemId: id, variant, title: title.trim(), truncate: true, ...(description.trim() && { description: description.trim() }), ...(last?.model && { model: last.model }) };
      await request("POST", "/api/v1/images", { body, seconds: SECONDS });
      account.refresh();
    } catch (failed) {
      setError(failed);
    }
    setBusy(false);
    onMade();
  };
  return html`<form class="inline-form new-version" onSubmit=${send}>
    <label>Title<input value=${title} required maxlength="300" onInput=${(event) => setTitle(event.target.value)} /></label>
    <label>What it is about<input value=${description} maxlength="1000" onInput=${(event) => setDescription(event.target.value)} /></label>
    <button class="primary" disabled=${busy || !title.trim()} aria-busy=${busy}>${busy ? "Painting" : last ? "New version" : "First version"} ${price && html`<${PriceTag} milliCredits=${price.milliCredits} />`}</button>
    <${Problem} error=${error} /></form>`;
}
