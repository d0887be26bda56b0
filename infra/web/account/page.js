/** `/account`: a person's settings, and the keys, members, money and budgets of a workspace. */
import { html, useEffect } from "../vendor/preact.js";
import { account } from "../core/account.js";
import { session } from "../core/session.js";
import { useKnown } from "../core/store.js";
import { Icon } from "../parts/icon.js";
import { Tabs } from "../parts/tabs.js";
import { ApiKeys } from "./api_keys.js";
import { Budgets } from "./budgets.js";
import { Members } from "./members.js";
import { Profile } from "./profile.js";
import { Wallet } from "./wallet.js";
import { Webhooks } from "./webhooks.js";

const TABS = [
  { id: "profile", label: "Profile", Shown: Profile },
  { id: "keys", label: "API keys", Shown: ApiKeys },
  { id: "members", label: "Members", Shown: Members },
  { id: "wallet", label: "Wallet", Shown: Wallet },
  { id: "budgets", label: "Budgets", Shown: Budgets },
  { id: "webhooks", label: "Webhooks", Shown: Webhooks },
];

function Workspace({ caller }) {
  const own = caller.workspaces.find((each) => each.id === caller.workspaceId);
  if (caller.workspaces.length < 2) return html`<span class="count">${own?.name ?? "\u00a0"}</span>`;
  const choose = (event) => { session.chooseWorkspace(event.target.value); location.reload(); };
  return html`<div class="select workspace"><select aria-label="Workspace" onChange=${choose}>${caller.workspaces.map((each) =>
    html`<option value=${each.id} selected=${each.id === caller.workspaceId}>${each.name}</option>`)}</select><${Icon} name="down" /></div>`;
}

export function Page({ id }) {
  const caller = useKnown(account);
  const tab = TABS.find((each) => each.id === id) ?? TABS[0];
  useEffect(() => { document.title = `${tab.label} · Easel`; }, [tab]);
  return html`<main id="main" class="plain-page"><header class="page-head"><h1>Account</h1><${Workspace} caller=${caller} /></header>
    <${Tabs} label="Account" path=${`/account/${tab.id}`} tabs=${TABS.map((each) => ({ path: `/account/${each.id}`, label: each.label }))} />
    <${tab.Shown} caller=${caller} /></main>`;
}
