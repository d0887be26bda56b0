/** Light, dark, or as the system has it: chosen in the profile, kept in this browser. */
const KEY = "easel.theme";

export const theme = {
  known: () => localStorage.getItem(KEY) ?? "system",
  choose(value) {
    if (value === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, value);
    theme.apply();
  },
  apply() {
    const chosen = theme.known();
    document.documentElement.style.colorScheme = chosen === "system" ? "" : chosen;
  },
};
