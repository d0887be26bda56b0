/** A failure on the page. */
import { html } from "../vendor/preact.js";
import { failure } from "../core/words.js";
import { Icon } from "./icon.js";

export const Problem = ({ error }) => (error ? html`<p class="error" role="alert"><${Icon} name="warning" /><span>${failure(error)}</span></p>` : null);
