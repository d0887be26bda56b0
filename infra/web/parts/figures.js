/** Figures between hairlines: a name, a number, a line that says more. */
import { html } from "../vendor/preact.js";

export const Figure = ({ name, aside, value, children }) => html`<div class="figure"><dt>${name}${aside && html`<span>${aside}</span>`}</dt>
  <dd><b>${value ?? html`<i class="waiting"> </i>`}</b><div>${children}</div></dd></div>`;

export const Figures = ({ column = false, children }) => html`<dl class=${`figures ${column ? "column" : ""}`}>${children}</dl>`;
