/** Our icons: a grid of 20 px, lines of 1.6 px with round ends, in the colour of the text. */
import { html } from "../vendor/preact.js";

const PATHS = {
  pen: "M12.5 4.5l3 3L7 16l-4 1 1-4zM11 6l3 3",
  docs: "M5 3h7l3 3v11H5zM8 9h4M8 12h4",
  image: "M3 4h14v12H3zM3 13l4-4 4 4 2-2 4 4M13 7.5h.01",
  close: "M5 5l10 10M15 5L5 15",
  down: "M6 8l4 4 4-4",
  right: "M8 6l4 4-4 4",
  left: "M12 6l-4 4 4 4",
  retry: "M15.5 8A6 6 0 1 0 16 11M16 4v4h-4",
  stop: "M6 6h8v8H6z",
  warning: "M10 3l7.5 13h-15zM10 8v4M10 14.2h.01",
  sliders: "M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4",
  offline: "M3 3l14 14M5 9a8 8 0 0 1 3-1.700M15 9a8 8 0 0 0-4-1.900M8 12.500a3.500 3.500 0 0 1 4 0M10 16h.01",
  download: "M10 3v9M6 9l4 4 4-4M4 16h12",
  play: "M6 4l9 6-9 6z",
};

export const Icon = ({ name }) => html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;

export const Logo = () => html`<svg class="logo" viewBox="0 0 28 28" aria-hidden="true">
  <rect x="5" y="6" width="18" height="13" rx="2" /><path d="M14 2v4M4 22h20M9 22l-2 5M19 22l2 5" />
  <path class="picture" d="M8 15l4-4 3 3 2-2 3 3" /></svg>`;
