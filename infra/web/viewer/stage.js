/** The image on the wall, whole; larger by wheel, pinch, + and -, and then moved by dragging. */
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { useKeys } from "../core/keys.js";
import { Blur } from "../parts/blur.js";
import { Icon } from "../parts/icon.js";

const LARGEST = 8;
const STEP = 1.4;

function useZoom() {
  const [view, setView] = useState({ scale: 1, x: 0, y: 0 });
  const pointers = useRef(new Map());
  const zoom = (factor) => setView((before) => {
    const scale = Math.min(LARGEST, Math.max(1, before.scale * factor));
    return scale === 1 ? { scale, x: 0, y: 0 } : { scale, x: (before.x * scale) / before.scale, y: (before.y * scale) / before.scale };
  });
  const spread = () => {
    const [a, b] = [...pointers.current.values()];
    return Math.hypot(a.x - b.x, a.y - b.y);
  };
  const handlers = {
    onWheel: (event) => { event.preventDefault(); zoom(event.deltaY < 0 ? STEP : 1 / STEP); },
    onPointerDown: (event) => {
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (view.scale > 1) event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event) => {
      const from = pointers.current.get(event.pointerId);
      if (!from) return;
      const two = pointers.current.size === 2;
      const before = two ? spread() : 0;
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (two) zoom(spread() / before);
      else if (view.scale > 1) setView((last) => ({ ...last, x: last.x + event.clientX - from.x, y: last.y + event.clientY - from.y }));
    },
    onPointerUp: (event) => pointers.current.delete(event.pointerId),
    onPointerCancel: (event) => pointers.current.delete(event.pointerId),
  };
  return { view, zoom, reset: () => setView({ scale: 1, x: 0, y: 0 }), handlers };
}

const SWIPE_PX = 60;

/** `onSwipe` gets -1, 1 or "down" from a finger on a phone. */
export function Stage({ preview, original, blurhash, ratio, alt, onSwipe }) {
  const { view, zoom, reset, handlers } = useZoom();
  const [loaded, setLoaded] = useState(false);
  const start = useRef(null);
  useEffect(() => { reset(); setLoaded(false); }, [preview]);
  useKeys({ "+": () => zoom(STEP), "-": () => zoom(1 / STEP), 0: reset });
  const touch = {
    onTouchStart: (event) => { start.current = event.touches.length === 1 ? event.touches[0] : null; },
    onTouchEnd: (event) => {
      if (!start.current || view.scale > 1) return;
      const x = event.changedTouches[0].clientX - start.current.clientX;
      const y = event.changedTouches[0].clientY - start.current.clientY;
      if (Math.abs(x) > SWIPE_PX && Math.abs(x) > Math.abs(y)) onSwipe(x < 0 ? 1 : -1);
      else if (y > SWIPE_PX * 2) onSwipe("down");
    },
  };
  const source = view.scale > 1 && original ? original : preview;
  return html`<div class="stage-place"><div class=${`framed ${view.scale > 1 ? "zoomed" : ""}`} style=${{ "--ratio": String(ratio) }} ...${handlers} ...${touch}>
      <div class="moved" style=${{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})` }}>
        ${blurhash && !loaded && html`<${Blur} hash=${blurhash} />`}
        ${source && html`<img src=${source} alt=${alt} draggable="false" class=${loaded ? "shown" : ""} onLoad=${() => setLoaded(true)} />`}</div></div>
    <div class="zoom"><button class="icon-button" aria-label="Smaller" disabled=${view.scale === 1} onClick=${() => zoom(1 / STEP)}>−</button>
      <span>${Math.round(view.scale * 100)} %</span><button class="icon-button" aria-label="Larger" onClick=${() => zoom(STEP)}><${Icon} name="plus" /></button></div></div>`;
}
