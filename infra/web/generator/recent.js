/** The newest images, six a page. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { get } from "../core/api.js";
import { dollars, seconds } from "../core/format.js";
import { follow } from "../core/router.js";
import { Icon } from "../parts/icon.js";

const PER_PAGE = 6;

/** `first` is shown to somebody who has no image yet. */
export function Recent({ made, first: empty }) {
  const [page, setPage] = useState(0);
  const [list, setList] = useState(null);
  useEffect(() => {
    let current = true;
    get(`/api/v1/images?limit=${PER_PAGE}&offset=${page * PER_PAGE}`).then((answer) => { if (current) setList(answer); }, () => {});
    return () => { current = false; };
  }, [page, made]);
  if (!list) return null;
  if (list.pagination.total === 0) return empty;
  const { total } = list.pagination;
  const first = page * PER_PAGE + 1;
  const last = Math.min(total, first + PER_PAGE - 1);
  return html`<section class="recent"><header><h2>Recent images</h2><span>${first}–${last} of ${total}</span>
    <button class="icon-button" aria-label="Newer images" disabled=${page === 0} onClick=${() => setPage(page - 1)}><${Icon} name="left" /></button>
    <button class="icon-button" aria-label="Older images" disabled=${last >= total} onClick=${() => setPage(page + 1)}><${Icon} name="right" /></button>
    <a class="button ghost" href="/gallery" onClick=${follow}>Open gallery</a></header>
    <ul class="wall">${list.images.map((image, place) => {
      const ratio = image.width && image.height ? image.width / image.height : 1;
      return html`<li key=${place} style=${{ flexGrow: String(ratio), flexBasis: `${ratio * 170}px`, maxWidth: `${ratio * 220}px` }}>
        <a href=${`/gallery/${image.imageId}`} onClick=${follow}><img src=${image.thumbnailUrl} alt=${image.prompt.slice(0, 250)} loading="lazy"
          style=${{ aspectRatio: String(ratio) }} /></a>
        <b>${image.prompt}</b><span>${dollars(image.cost)}${image.durationMs ? ` · ${seconds(image.durationMs)}` : ""}</span></li>`;
    })}</ul></section>`;
}
