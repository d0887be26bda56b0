/** One article: tabs for hero and inline, versions beside each other, what to put on a page. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { request } from "../core/api.js";
import { moment } from "../core/format.js";
import { useList } from "../core/list.js";
import { addressWith, follow, query, useAddress } from "../core/router.js";
import { failure } from "../core/words.js";
import { Copy } from "../parts/copy.js";
import { Icon } from "../parts/icon.js";
import { Problem } from "../parts/problem.js";
import { Tabs } from "../parts/tabs.js";
import { toast } from "../parts/toast.js";
import { NewVersion } from "./new_version.js";
import { opened } from "./opened.js";
import { Snippets } from "./snippets.js";

const VARIANTS = [{ id: "hero", label: "Hero 16:9", ratio: 16 / 9 }, { id: "inline", label: "Inline 4:3", ratio: 4 / 3 }];

const fileOf = (version) => version.imageUrl.split("/").at(-1);
const addressOf = (version) => `/api/v1/content-items/${encodeURIComponent(version.contentItemId)}/images/${fileOf(version)}`;

function Version({ version, variant, chosen, onChoose, onCurrent, onRemove }) {
  const name = `Version ${version.version ?? "?"}`;
  const made = version.status === "COMPLETED";
  return html`<li class=${version.isCurrent ? "version current" : "version"}><button class="version-picture" aria-pressed=${chosen} aria-label=${`${name}: show its words`} style=${{ aspectRatio: String(variant.ratio) }} onClick=${onChoose}>
      ${made ? html`<img src=${version.imageUrl} alt=${version.alt.slice(0, 250)} loading="lazy" />` : html`<span class="weave"></span>`}
      ${version.isCurrent && html`<span class="badge"><${Icon} name="check" />Current</span>`}</button>
    <div class="row"><div><b>${name}</b><span class="count">${made ? moment(version.createdAt) : version.status === "FAILED" ? "failed, not charged" : "being made"}</span></div>
      <span class="row end">${made && !version.isCurrent && html`<button onClick=${onCurrent}>Make current</button>`}
        ${!version.isCurrent && html`<button class="icon-button danger" aria-label=${`Delete ${name}`} onClick=${onRemove}><${Icon} name="trash" /></button>`}</span></div></li>`;
}

/** What was changed with a version, and its way back. */
function useActions(list, setHidden) {
  const makeCurrent = async (version, before) => {
    try {
      await request("PUT", `${addressOf(version)}/current`);
      list.reload();
      toast({ text: `Version ${version.version} is current; the public address stays`, undo: before && (() => makeCurrent(before, null)) });
    } catch (error) {
      toast({ text: failure(error) });
    }
  };
  const hide = (version, away) => setHidden((ids) => (away ? [...ids, version.id] : ids.filter((id) => id !== version.id)));
  const remove = (version) => {
    hide(version, true);
    toast({
      text: `Version ${version.version} deleted`,
      undo: () => hide(version, false),
      ended: ({ leaving }) => request("DELETE", `/api/v1/images/${encodeURIComponent(version.contentItemId)}/${fileOf(version)}`, { keepalive: leaving })
        .catch((error) => { hide(version, false); toast({ text: `Not deleted: ${failure(error)}` }); }),
    });
  };
  return { makeCurrent, remove };
}

export function Article({ id }) {
  useAddress();
  const list = useList(`/api/v1/content-items/${encodeURIComponent(id)}/images?limit=50`, "images");
  const [hidden, setHidden] = useState([]);
  const [chosenId, setChosenId] = useState(null);
  const { makeCurrent, remove } = useActions(list, setHidden);
  const all = list.items?.filter((version) => !hidden.includes(version.id)) ?? null;
  const variant = VARIANTS.find((each) => each.id === query().get("variant")) ?? VARIANTS[0];
  const versions = all?.filter((version) => version.variant === variant.id);
  const current = versions?.find((version) => version.isCurrent);
  const chosen = versions?.find((version) => version.id === chosenId) ?? current ?? versions?.[0];
  const title = all?.[0]?.title;
  useEffect(() => { document.title = `${title ?? id} · Easel`; if (all?.length) opened.add({ id, title }); }, [title]);
  const tabs = VARIANTS.map((each) => ({ path: addressWith({ variant: each.id }), label: each.label, count: all?.filter((version) => version.variant === each.id).length }));
  return html`<main id="main" class="plain-page article"><header class="page-head"><p class="crumbs"><a href="/articles" onClick=${follow}>Articles</a><${Icon} name="right" /></p>
      <h1>${all ? title ?? id : "\u00a0"}</h1>${all && html`<code>${id}</code><${Copy} text=${id} label="Copy id" />`}</header>
    <${Tabs} label="Kinds of images" path=${addressWith({ variant: variant.id })} tabs=${tabs} />
    <${Problem} error=${list.error} />
    ${versions && html`<${NewVersion} key=${variant.id} id=${id} variant=${variant.id} last=${versions[0] ?? null} onMade=${list.reload} />`}
    ${versions?.length === 0 && html`<section class="empty"><h2>No ${variant.id} image yet</h2><p>Write the article's title above; the image keeps its public address when a new version becomes current.</p></section>`}
    ${versions?.length > 0 && html`<ul class="versions">${versions.map((version) => html`<${Version} key=${version.id} version=${version} variant=${variant} chosen=${version.id === chosen?.id}
      onChoose=${() => setChosenId(version.id)} onCurrent=${() => makeCurrent(version, current)} onRemove=${() => remove(version)} />`)}</ul>
      ${list.more && html`<button onClick=${list.more}>Show more</button>`}
      ${chosen?.status === "COMPLETED" && html`<${Snippets} version=${chosen} />`}`}</main>`;
}
