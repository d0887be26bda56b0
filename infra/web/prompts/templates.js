/** Prompt templates: their shots and variables, with what they render to as it is typed; own ones are changed and deleted. */
import { html, useEffect, useState } from "../vendor/preact.js";
import { request } from "../core/api.js";
import { moment } from "../core/format.js";
import { useList } from "../core/list.js";
import { useInForm } from "../generator/form.js";
import { failure } from "../core/words.js";
import { Icon } from "../parts/icon.js";
import { Problem } from "../parts/problem.js";
import { toast } from "../parts/toast.js";
import { NEW_TEMPLATE, TemplateForm } from "./template_form.js";

const REST_MS = 300;

/** Renders free of charge while somebody types; what the API says about a missing value is shown. */
function useRendered(template, variables) {
  const [state, setState] = useState({ shots: null, error: null });
  const body = JSON.stringify({ variables: Object.fromEntries(Object.entries(variables).filter(([, value]) => value)) });
  const missing = template.variables.filter((each) => each.required && !variables[each.name]).map((each) => each.name);
  useEffect(() => {
    if (missing.length) {
      setState({ shots: null, error: null });
      return undefined;
    }
    let current = true;
    const timer = setTimeout(() => request("POST", `/api/v1/prompt-templates/${template.id}/render`, { body: JSON.parse(body) }).then(
      (answer) => { if (current) setState({ shots: answer.body.shots, error: null }); },
      (error) => { if (current) setState({ shots: null, error }); },
    ), REST_MS);
    return () => { current = false; clearTimeout(timer); };
  }, [template.id, template.version, body]);
  return { ...state, missing };
}

function Editor({ template }) {
  const [variables, setVariables] = useState(Object.fromEntries(template.variables.map((each) => [each.name, each.example ?? ""])));
  const { shots, error, missing } = useRendered(template, variables);
  return html`<div class="template-editor"><div class="template-fields">${template.variables.map((each) => html`<div class="field" key=${each.name}>
      <div class="field-head"><label for=${`v-${template.id}-${each.name}`}>${each.name}${each.required ? "" : ", if you like"}</label><span>${variables[each.name].length} / ${each.maxLength}</span></div>
      <input id=${`v-${template.id}-${each.name}`} value=${variables[each.name]} maxlength=${each.maxLength} onInput=${(event) => setVariables({ ...variables, [each.name]: event.target.value })} />
      <p class="count">${each.description}</p></div>`)}</div>
    <${Problem} error=${error} />${missing.length > 0 && html`<p class="count">Write ${missing.join(" and ")} to see the ${template.shots.length === 1 ? "prompt" : "prompts"}.</p>`}
    <ol class="shots-list">${(shots ?? template.shots).map((shot) => html`<li><div class="row"><b>${shot.name}</b><span class="count">${[shot.aspectRatio, shot.characters && `${shot.characters} characters`].filter(Boolean).join(" · ")}</span>
      <button class="end" disabled=${!shots} onClick=${() => useInForm({ prompt: shot.prompt, ...(shot.aspectRatio && { aspectRatio: shot.aspectRatio }) }, "The prompt is in the form")}>Use</button></div><p>${shot.prompt ?? shot.text}</p></li>`)}</ol></div>`;
}

/** One template. An own one is changed or deleted; one that ships with Easel is copied. */
function Template({ template, mode, onMode, onSaved, onRemove }) {
  const toggle = (wanted) => () => onMode(mode === wanted ? null : wanted);
  const copy = { ...template, id: null, name: `${template.name}, a copy`.slice(0, 100) };
  return html`<section class="panel template"><header><div><h2>${template.name}</h2>
      <p class="count">${template.shots.length} ${template.shots.length === 1 ? "shot" : "shots"} · ${template.variables.map((each) => each.name).join(", ") || "no variables"}${" · "}${
        template.builtIn ? "built in" : `version ${template.version}, ${moment(template.changedAt)}`}</p></div>
      <div class="row"><button aria-expanded=${mode === "try"} onClick=${toggle("try")}>${mode === "try" ? "Close" : "Try"}</button>
        ${template.builtIn ? html`<button aria-expanded=${mode === "copy"} onClick=${toggle("copy")}>Copy</button>`
          : html`<button aria-expanded=${mode === "edit"} onClick=${toggle("edit")}>Edit</button>
            <button class="icon-button danger" aria-label=${`Delete ${template.name}`} onClick=${onRemove}><${Icon} name="trash" /></button>`}</div></header>
    ${template.description && html`<p>${template.description}</p>`}
    ${mode === "try" && html`<${Editor} key=${template.version} template=${template} />`}
    ${mode === "edit" && html`<${TemplateForm} template=${template} onSaved=${onSaved} onClose=${() => onMode(null)} />`}
    ${mode === "copy" && html`<${TemplateForm} template=${copy} onSaved=${onSaved} onClose=${() => onMode(null)} />`}</section>`;
}

/** `making`: the form of a new template is open. */
export function Templates({ making, onMaking }) {
  const list = useList("/api/v1/prompt-templates?limit=25", "templates");
  const [open, setOpen] = useState({ id: null, mode: null });
  const [hidden, setHidden] = useState([]);
  const saved = (template) => {
    list.reload();
    onMaking(false);
    setOpen({ id: template.id, mode: "try" });
    toast({ text: `${template.name} is saved as version ${template.version}` });
  };
  const hide = (id, away) => setHidden((ids) => (away ? [...ids, id] : ids.filter((each) => each !== id)));
  /** Deleted for good when there is no way back any more. */
  const remove = ({ id, name }) => {
    hide(id, true);
    toast({
      text: `${name} deleted`,
      undo: () => hide(id, false),
      ended: ({ leaving }) => request("DELETE", `/api/v1/prompt-templates/${id}`, { keepalive: leaving })
        .catch((error) => { hide(id, false); toast({ text: `Not deleted: ${failure(error)}` }); }),
    });
  };
  return html`<${Problem} error=${list.error} />
    ${making && html`<section class="panel template"><header><h2>New template</h2></header><${TemplateForm} template=${NEW_TEMPLATE} onSaved=${saved} onClose=${() => onMaking(false)} /></section>`}
    ${list.items?.filter(({ id }) => !hidden.includes(id)).map((template) => html`<${Template} key=${template.id} template=${template} mode=${open.id === template.id ? open.mode : null}
      onMode=${(mode) => setOpen({ id: template.id, mode })} onSaved=${saved} onRemove=${() => remove(template)} />`)}
    ${list.more && html`<button onClick=${list.more}>Show more</button>`}`;
}
