/** Members of the workspace and their roles. */
import { html, useState } from "../vendor/preact.js";
import { request } from "../core/api.js";
import { moment } from "../core/format.js";
import { useList } from "../core/list.js";
import { Icon } from "../parts/icon.js";
import { Problem } from "../parts/problem.js";

const ROLES = ["member", "admin", "owner"];

const RoleSelect = ({ label, value, onChange }) => html`<span class="select role"><select aria-label=${label} onChange=${(event) => onChange(event.target.value)}>
  ${ROLES.map((role) => html`<option value=${role} selected=${role === value}>${role}</option>`)}</select><${Icon} name="down" /></span>`;

export function Members({ caller }) {
  const path = `/api/v1/workspaces/${caller.workspaceId}/members`;
  const { items, error, more, reload } = useList(caller.workspaceId ? `${path}?limit=50` : "/api/v1/me", "members");
  const [userId, setUserId] = useState("");
  const [role, setRole] = useState("member");
  const [problem, setProblem] = useState(null);
  const change = async (method, address, body) => {
    setProblem(null);
    try {
      await request(method, address, { body });
      setUserId("");
      reload();
    } catch (failed) {
      setProblem(failed);
    }
  };
  const add = (event) => { event.preventDefault(); change("POST", path, { userId: userId.trim(), role }); };
  const personal = caller.workspaces.find((each) => each.id === caller.workspaceId)?.personal;
  return html`<section class="panel"><header><h2>Members</h2></header>
    ${personal ? html`<p class="count">This is your personal workspace: nobody else can be a member.</p>` : html`<form class="inline-form" onSubmit=${add}>
      <label>User id<input value=${userId} required autocomplete="off" onInput=${(event) => setUserId(event.target.value)} /></label>
      <label>Role<${RoleSelect} label="Role of the new member" value=${role} onChange=${setRole} /></label>
      <button class="primary" disabled=${!userId.trim()}>Add</button></form>`}
    <${Problem} error=${problem ?? error} />
    ${items?.length > 0 && html`<div class="scroll" tabindex="0" role="region" aria-label="Members"><table class="table lines"><thead><tr><th scope="col">Member</th><th scope="col">Since</th><th scope="col">Role</th>
      <th scope="col"><span class="hidden">Actions</span></th></tr></thead><tbody>${items.map((item) => html`<tr key=${item.userId}>
      <th scope="row"><code>${item.userId}</code></th><td>${moment(item.addedAt)}</td>
      <td>${personal ? item.role : html`<${RoleSelect} label=${`Role of ${item.userId}`} value=${item.role} onChange=${(value) => change("PATCH", `${path}/${item.userId}`, { role: value })} />`}</td>
      <td class="number">${!personal && html`<button class="danger" onClick=${() => change("DELETE", `${path}/${item.userId}`)}>Remove</button>`}</td></tr>`)}</tbody></table></div>`}
    ${more && html`<button onClick=${more}>Show more</button>`}</section>`;
}
