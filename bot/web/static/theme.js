// Applies the chosen theme before the first paint, which is why this one file is no module.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  const stored = () => {
    try {
      return localStorage.getItem("easel-theme");
    } catch {
      return null; // storage may be forbidden; then the system decides
    }
  };

  const store = (theme) => {
    try {
      localStorage.setItem("easel-theme", theme);
    } catch {
      // nothing to remember it by
    }
  };

  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };

  const current = () => root.dataset.theme ?? (system.matches ? "dark" : "light");

  const wire = () => {
    const button = document.getElementById("theme");
    const label = () => button.setAttribute("aria-label", current() === "dark" ? "Use the light theme" : "Use the dark theme");
    button.addEventListener("click", () => {
      const next = current() === "dark" ? "light" : "dark";
      apply(next);
      store(next);
      label();
    });
    system.addEventListener("change", label);
    label();
  };

  apply(stored());
  document.addEventListener("DOMContentLoaded", wire);
})();
