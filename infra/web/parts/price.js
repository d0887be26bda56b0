/** The price tag: rounded right, with a ring as its hole. Filled is what it will cost, outlined what it did cost. */
import { html } from "../vendor/preact.js";
import { credits, creditWord } from "../core/format.js";

const PER = { image: " each", generation: " a run", megapixel: " per megapixel" };

export const PriceTag = ({ milliCredits, text, spent = false }) => html`
  <span class=${`tag ${spent ? "spent" : ""}`}>
    <i class="hole" aria-hidden="true"></i>
    <span aria-hidden="true">${text ?? credits(milliCredits)}</span>
    <span class="hidden">${text ?? creditWord(milliCredits)}</span>
  </span>`;

/** The price of a model in the caller's plan; a model whose price varies says from where it starts. */
export function modelPrice(model, plan) {
  const price = model.prices[plan] ?? model.price;
  const from = price.lowestMilliCredits === price.highestMilliCredits ? "" : "from ";
  return `${from}${credits(price.lowestMilliCredits)}${PER[price.per] ?? ""}`;
}
