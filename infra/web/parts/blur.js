/** A blurhash drawn on 32 x 32 pixels, until the picture is there. */
import { html, useEffect, useRef } from "../vendor/preact.js";
import { decodeBlurhash } from "../core/blurhash.js";

const SIDE = 32;

export function Blur({ hash }) {
  const canvas = useRef();
  useEffect(() => {
    canvas.current.getContext("2d").putImageData(new ImageData(decodeBlurhash(hash, SIDE, SIDE), SIDE), 0, 0);
  }, [hash]);
  return html`<canvas ref=${canvas} width=${SIDE} height=${SIDE} aria-hidden="true"></canvas>`;
}
