/** `/admin`: for people who run the platform. Others are led home; the API refuses them in any case. */
import { html, useEffect } from "../vendor/preact.js";
import { account, isOperator } from "../core/account.js";
import { navigate } from "../core/router.js";
import { useKnown } from "../core/store.js";
import { Tabs } from "../parts/tabs.js";
import { Catalogue } from "./catalogue.js";
import { Circuits } from "./circuits.js";
import { Generation } from "./generation.js";
import { Users } from "./users.js";
import { Workspaces } from "./workspaces.js";

const TABS = [
  { id: "generations", label: "Generations", Shown: Generation },
  { id: "users", label: "Users", Shown: Users },
  { id: "workspaces", label: "Workspaces", Shown: Workspaces },
  { id: "circuits", label: "Circuits", Shown: Circuits },
  { id: "catalogue", label: "Catalogue", Shown: Catalogue },
];

export function Page({ id }) {
  const caller = useKnown(account);
  const tab = TABS.find((each) => each.id === id) ?? TABS[0];
  useEffect(() => { document.title = `${tab.label} · Admin · Easel`; }, [tab]);
  useEffect(() => { if (caller.name !== null && !isOperator(caller)) navigate("/dashboard", { replace: true }); }, [caller.name]);
  if (!isOperator(caller)) return html`<main id="main" class="plain-page"><h1 class="hidden">Easel</h1></main>`;
  return html`<main id="main" class="plain-page"><header class="page-head"><h1>Admin</h1></header>
    <${Tabs} label="Admin" path=${`/admin/${tab.id}`} tabs=${TABS.map((each) => ({ path: `/admin/${each.id}`, label: each.label }))} />
    <${tab.Shown} caller=${caller} /></main>`;
}
