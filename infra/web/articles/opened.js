/** Articles that were opened in this browser, the last first. */
const KEY = "easel.articles";
const MOST = 12;

export const opened = {
  list() {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? [];
    } catch {
      return [];
    }
  },
  add(item) {
    localStorage.setItem(KEY, JSON.stringify([item, ...opened.list().filter((each) => each.id !== item.id)].slice(0, MOST)));
  },
};
