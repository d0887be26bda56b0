/** Addresses: real paths, changed without a reload. */
const listeners = new Set();

export const currentPath = () => location.pathname;
export const query = () => new URLSearchParams(location.search);

export function navigate(address) {
  history.pushState(null, "", address);
  listeners.forEach((listener) => listener(currentPath()));
}

export function onNavigate(listener) {
  listeners.add(listener);
  const popped = () => listener(currentPath());
  addEventListener("popstate", popped);
  return () => {
    listeners.delete(listener);
    removeEventListener("popstate", popped);
  };
}
