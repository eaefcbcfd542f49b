// @ts-check
// The console's preview page: shows what the banner tells a site, as it happens.
(() => {
  // Loaded before the page's body, so that no event is missed: its parts are looked up when needed.
  const list = () => document.querySelector("[data-events]");
  const table = () => document.querySelector("[data-choices]");
  /** @param {string} name @param {string} text */
  const line = (name, text) => {
    const item = document.createElement("li");
    const strong = document.createElement("strong");
    strong.textContent = name;
    item.append(strong, " ", text);
    list()?.append(item);
  };
  /** @param {import("../privet").PrivetState} state */
  const show = (state) => {
    table()?.replaceChildren(...Object.entries(state.choices).map(([key, yes]) => {
      const row = document.createElement("li");
      row.textContent = (yes ? "✓ " : "✕ ") + key;
      return row;
    }));
  };
  for (const name of /** @type {const} */ (["ready", "shown", "change", "error"])) {
    document.addEventListener(`privet:${name}`, (event) => {
      const { detail } = /** @type {CustomEvent} */ (event);
      line(name, name === "error" ? detail.detail : JSON.stringify(detail.choices));
      if (name !== "error") show(detail);
    });
  }
})();
