/** `/gallery`: filters, the wall, the bar of selected images; over it the viewer or a comparison. */
import { html, useEffect, useMemo, useState } from "../vendor/preact.js";
import { catalogue } from "../core/catalogue.js";
import { addressWith, navigate, query, useAddress } from "../core/router.js";
import { useKnown } from "../core/store.js";
import { useKeys } from "../core/keys.js";
import { Compare, MOST_COMPARED } from "../viewer/compare.js";
import { Viewer } from "../viewer/viewer.js";
import { FILTERS, Filters, NONE } from "./filters.js";
import { Grid } from "./grid.js";
import { gallery, TRASH } from "./images.js";
import { firstDay, lastDay, useMonths } from "./months.js";
import { SelectionBar } from "./selection.js";

const ROW_HEIGHT = "easel.rowHeight";
const STANDARD_ROW_HEIGHT = () => (innerWidth < 640 ? 150 : 240);

function useSelection(images) {
  const [ids, setIds] = useState(new Set());
  const [last, setLast] = useState(null);
  const [picking, setPicking] = useState(false);
  const clear = () => { setIds(new Set()); setPicking(false); };
  const select = (index, range) => {
    const next = new Set(ids);
    const [from, to] = range && last !== null ? [Math.min(last, index), Math.max(last, index)] : [index, index];
    const add = range || !next.has(images[index].id);
    images.slice(from, to + 1).forEach((image) => (add ? next.add(image.id) : next.delete(image.id)));
    setIds(next);
    setLast(index);
  };
  return { ids, select, clear, picking, pick: () => setPicking(true), all: () => setIds(new Set(images.map((image) => image.id))) };
}

function Empty({ filter }) {
  if (filter === TRASH) return html`<section class="empty"><h2>The trash is empty</h2><p>Deleted images are here for 30 days and can come back.</p></section>`;
  if (filter) {
    const words = new URLSearchParams(filter).get("q");
    return html`<section class="empty"><h2>${words ? `No image with “${words}”` : "No image is like this"}</h2><p>Take a filter away, or look at all images.</p>
      <div class="row"><button onClick=${() => navigate(addressWith(NONE, "/gallery"))}>Show all images</button></div></section>`;
  }
  return html`<section class="empty"><h2>Your images will hang here</h2><p>Each image that is made is kept until you delete it.</p>
    <div class="row"><a class="button primary" href="/generator">Generate an image</a></div></section>`;
}

export function Page({ id }) {
  useAddress();
  useKnown(catalogue);
  const known = useKnown(gallery);
  const parameters = query();
  const chosen = Object.fromEntries([...FILTERS, "trash"].map((name) => [name, parameters.get(name)]));
  const trash = chosen.trash === "true";
  const wanted = new URLSearchParams(FILTERS.filter((name) => chosen[name]).map((name) => [name, chosen[name]])).toString();
  const filter = trash ? TRASH : wanted;
  const compared = parameters.get("compare")?.split(",").slice(0, MOST_COMPARED) ?? [];
  const [rowHeight, setRowHeight] = useState(Number(localStorage.getItem(ROW_HEIGHT)) || STANDARD_ROW_HEIGHT());
  const images = useMemo(() => gallery.shown(), [known.images, known.moved]);
  const selection = useSelection(images);
  const selected = images.filter((image) => selection.ids.has(image.id));
  useEffect(() => { gallery.open(filter); selection.clear(); }, [filter]);
  useEffect(() => { if (!id) document.title = "Gallery · Easel"; }, [id]);
  const covered = Boolean(id) || compared.length > 1;
  useKeys(covered ? {} : { Escape: () => (selection.ids.size ? selection.clear() : false) });

  const remove = (list = selected) => { (trash ? gallery.restore : gallery.remove)(list); selection.clear(); };
  const on = {
    select: selection.select,
    favourite: (image) => gallery.mark([image], { favourite: !gallery.markOf(image.id).favourite }),
    remove: (list) => { remove(list); return true; },
  };
  const resize = (height) => { localStorage.setItem(ROW_HEIGHT, height); setRowHeight(height); };
  const months = useMonths();
  const oldest = chosen.sort === "oldest";
  /** Images from a month on: further than what is loaded, so the list begins there. The newest month is the list as it is. */
  const toMonth = (month) => {
    const whole = month === (oldest ? months.at(-1) : months[0]);
    scrollTo(0, 0);
    navigate(addressWith({ from: oldest && !whole ? firstDay(month) : null, to: oldest || whole ? null : lastDay(month) }, "/gallery"));
  };
  return html`<main id="main" class="gallery" inert=${covered}><h1 class="hidden">Gallery</h1>
    <${Filters} chosen=${chosen} months=${months} rowHeight=${rowHeight} onResize=${resize}
      picking=${selection.picking} onPick=${selection.picking ? selection.clear : selection.pick} />
    ${known.problem && html`<p class="error" role="alert">${known.problem} <button onClick=${gallery.more}>Try again</button></p>`}
    ${known.ended && known.filter === filter && images.length === 0 ? html`<${Empty} filter=${filter} />` : null}
    <${Grid} images=${images} ended=${known.ended} rowHeight=${rowHeight} marks=${known.marks} selected=${selection.ids} picking=${trash || selection.picking} on=${on} covered=${covered}
      months=${trash ? [] : months} oldest=${oldest} onMonth=${toMonth} />
    ${selected.length > 0 && html`<${SelectionBar} trash=${trash} images=${selected} onAll=${known.ended ? selection.all : null} total=${images.length} onRemove=${() => remove()} onClear=${selection.clear} />`}
    </main>
    ${id && html`<${Viewer} key="viewer" id=${id} images=${images} marks=${known.marks} onClose=${() => navigate(addressWith({}, "/gallery"))} />`}
    ${!id && compared.length > 1 && html`<${Compare} ids=${compared} onClose=${() => navigate(addressWith({ compare: null }))} />`}`;
}
