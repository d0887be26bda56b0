/** Our icons: a grid of 20 px, lines of 1.6 px with round ends, in the colour of the text. */
import { html } from "../vendor/preact.js";

const PATHS = {
  article: "M4 3.500h12v13H4zM7 6.500h6V10H7zM7 13h6",
  box: "M10 3l6.500 3.500v7L10 17l-6.500-3.500v-7zM3.500 6.500L10 10l6.500-3.500M10 10v7",
  calendar: "M3.500 5h13v11.500h-13zM3.500 8.500h13M7 3v3M13 3v3",
  chart: "M4 16.500v-5M8 16.500v-9M12 16.500v-12M16 16.500v-7",
  chat: "M3.500 4h13v9.500H9l-3.500 3v-3h-2zM7 7.500h6M7 10h4",
  check: "M4 10.500l4 4 8-9",
  clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6v4.500l3 1.500",
  close: "M5 5l10 10M15 5L5 15",
  compare: "M3.500 4h13v12h-13zM10 2.500v15",
  copy: "M7 7h9.500v9.500H7zM4 13h-.5V3.500H13V4",
  docs: "M5 3h7l3 3v11H5zM8 9h4M8 12h4",
  down: "M6 8l4 4 4-4",
  download: "M10 3v9M6 9l4 4 4-4M4 16h12",
  eye: "M2.500 10S5.500 5 10 5s7.500 5 7.500 5-3 5-7.500 5-7.500-5-7.500-5zM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  grid: "M3.500 3.500H9v7H3.500zM11.500 3.500h5v4h-5zM3.500 13H9v3.500H3.500zM11.500 10h5v6.500h-5z",
  heart: "M10 16.500C4 12 2.800 9.500 3.200 7.200 3.700 4.500 7.500 3.200 10 6.300c2.500-3.100 6.300-1.800 6.800.900.4 2.300-.8 4.800-6.800 9.300z",
  home: "M3.500 9.500L10 4l6.500 5.500M5 8.500V16h3.500v-4h3v4H15V8.500",
  image: "M3 4h14v12H3zM3 13l4-4 4 4 2-2 4 4M13 7.500h.01",
  key: "M12.500 10.500a3.800 3.800 0 1 0-3-3l-6 6v3h3v-2h2v-2zM13.200 6.800h.01",
  left: "M12 6l-4 4 4 4",
  lock: "M5 9h10v7.500H5zM7 9V6.500a3 3 0 0 1 6 0V9",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  offline: "M3 3l14 14M5 9a8 8 0 0 1 3-1.700M15 9a8 8 0 0 0-4-1.900M8 12.500a3.500 3.500 0 0 1 4 0M10 16h.01",
  pen: "M12.500 4.500l3 3L7 16l-4 1 1-4zM11 6l3 3",
  play: "M6 4l9 6-9 6z",
  plus: "M10 4v12M4 10h12",
  pulse: "M2.500 10.500H6l2.500-6 3.500 11 2-5h3.500",
  retry: "M15.500 8A6 6 0 1 0 16 11M16 4v4h-4",
  right: "M8 6l4 4-4 4",
  search: "M8.500 14a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11zM12.500 12.500L17 17",
  share: "M10 12V3M6.500 6L10 3l3.500 3M5.500 9.500H4V17h12V9.500h-1.500",
  sliders: "M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4",
  stop: "M6 6h8v8H6z",
  tag: "M3.500 3.500H10l6.500 6.500-6.500 6.500L3.500 10zM6.800 6.800h.01",
  trash: "M4 5.500h12M8 5.500v-2h4v2M5.500 5.500l.7 11h7.600l.7-11M8.500 8.500v5M11.500 8.500v5",
  undo: "M7 4L3.500 7.500 7 11M4 7.500h8a4.200 4.200 0 0 1 0 8.500H9",
  user: "M10 10a3.300 3.300 0 1 0 0-6.600 3.300 3.300 0 0 0 0 6.600zM4 16.500c.6-3 2.800-4.300 6-4.300s5.400 1.300 6 4.300",
  warning: "M10 3l7.500 13h-15zM10 8v4M10 14.200h.01",
  webhook: "M8 6a2.500 2.500 0 1 1 3.500 2.300l2 3.700M7.500 12.500h5M6.500 8.800l-1.700 3",
  zip: "M5 3h7l3 3v11H5zM9 5.500h1M10 7.500h1M9 9.500h1M9 12h2v2H9z",
};

export const Icon = ({ name, filled = false }) => html`<svg class=${`icon ${filled ? "filled" : ""}`} viewBox="0 0 20 20" aria-hidden="true">
  <path d=${PATHS[name]} /></svg>`;

export const Logo = () => html`<svg class="logo" viewBox="0 0 28 28" aria-hidden="true">
  <rect x="5" y="6" width="18" height="13" rx="2" /><path d="M14 2v4M4 22h20M9 22l-2 5M19 22l2 5" />
  <path class="picture" d="M8 15l4-4 3 3 2-2 3 3" /></svg>`;
