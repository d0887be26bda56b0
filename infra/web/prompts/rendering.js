/**
 * What a text of a template reads like, while it is written: `{name}` stands for a value, a part in `[[ ]]` is left out when
 * one of its values is missing. A template that is stored is rendered by the API.
 */
const TOKEN = /\{([a-z][a-zA-Z0-9_]{0,39})\}|\[\[|\]\]|[{}]|[^{}[\]]+|[[\]]/g;

/** Name to example. It is null where a value has to be given and there is no example, empty where none has to be. */
export const examplesOf = (variables) => new Map(variables.map(({ name, example, allowed, required }) => [
  name, example?.trim() || allowed[0] || (required ? null : ""),
]));

/** The parts of a text, `[{pieces: [{text} or {name}], optional}]`. Throws what is wrong with it. */
function parsed(text, names) {
  const parts = [];
  let [pieces, opened] = [[], 0];
  const end = () => { parts.push({ pieces, optional: opened > 0 }); pieces = []; };
  for (const { 0: token, 1: name, index } of text.matchAll(TOKEN)) {
    const at = index + 1;
    if (name && !names.has(name)) throw new SyntaxError(`There is no variable ${name}.`);
    if (token === "{" || token === "}") throw new SyntaxError(`The brace at character ${at} belongs to no variable; write {name}.`);
    if (token === "[[") {
      if (opened) throw new SyntaxError(`The [[ at character ${at} stands inside of another one.`);
      end();
      opened = at;
    } else if (token === "]]") {
      if (!opened) throw new SyntaxError(`The ]] at character ${at} closes nothing.`);
      if (!pieces.some((piece) => piece.name)) throw new SyntaxError(`The part that begins with [[ at character ${opened} has no variable to depend on.`);
      end();
      opened = 0;
    } else {
      pieces.push(name ? { name } : { text: token });
    }
  }
  if (opened) throw new SyntaxError(`The [[ at character ${opened} is never closed.`);
  end();
  return parts;
}

/** `{pieces, fault}`: what a text reads like, as `[{text, missing}]`, or what is wrong with it. */
export function rendered(text, examples) {
  try {
    const parts = parsed(text, examples);
    const shown = parts.filter(({ pieces, optional }) => !optional || pieces.every(({ name }) => !name || examples.get(name) !== ""));
    const inserted = ({ text: own, name }) => (name ? { text: examples.get(name) ?? `{${name}}`, missing: examples.get(name) === null } : { text: own, missing: false });
    return { pieces: shown.flatMap(({ pieces }) => pieces.map(inserted)), fault: null };
  } catch (error) {
    return { pieces: [], fault: error.message };
  }
}
