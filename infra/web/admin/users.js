/** All users of the platform. The API masks what identifies a person. */
import { html } from "../vendor/preact.js";
import { exactTime, moment } from "../core/format.js";
import { useList } from "../core/list.js";
import { follow } from "../core/router.js";
import { Problem } from "../parts/problem.js";

export function Users() {
  const { items, error, more } = useList("/api/v1/debug/users?limit=50", "users");
  return html`<section class="panel"><header><h2>Users</h2></header><${Problem} error=${error} />
    ${items?.length > 0 && html`<div class="scroll" tabindex="0" role="region" aria-label="Users"><table class="table lines"><thead><tr>
      <th scope="col">Name</th><th scope="col">User id</th><th scope="col">Workspace id</th><th scope="col">Since</th></tr></thead><tbody>${items.map((user) => html`<tr key=${user.id}>
      <th scope="row">${user.name ?? user.kind}${user.telegramId && html` <span class="count">Telegram ${user.telegramId}</span>`}</th><td><code>${user.id}</code></td>
      <td><a href=${`/admin/generations?workspace=${user.workspaceId}`} onClick=${follow}><code>${user.workspaceId}</code></a></td>
      <td title=${exactTime(user.createdAt)}>${moment(user.createdAt)}</td></tr>`)}</tbody></table></div>`}
    ${more && html`<button onClick=${more}>Show more</button>`}</section>`;
}
