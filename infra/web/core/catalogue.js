/** The models that there are, read once: names and prices. */
import { get } from "./api.js";
import { store } from "./store.js";

const state = store([]);
let asked = false;

export const catalogue = {
  known: state.known,
  subscribe(listener) {
    catalogue.load();
    return state.subscribe(listener);
  },
  load() {
    if (asked) return;
    asked = true;
    get("/api/v1/models?include=retired").then(({ models }) => state.set(models), () => { asked = false; });
  },
};

/** What a model is called; its id while that is not known. */
export const modelName = (id) => state.known().find((model) => model.id === id || model.aliases.includes(id))?.name ?? id;
