// @ts-check
// Tells visitors who come back, once, that the privacy policy changed since they chose: a small message
// in the corner that moves nothing, takes no focus and leaves with one click. Loaded only while there is
// something to tell; what was seen is one number in this site's own storage.

/**
 * @typedef {{ version: number, since: number, title: string, text: string, link: string, href: string,
 *   close: string }} News
 * @typedef {{ property: string, lang: string, button: boolean, news: News,
 *   theme: { scheme: string, colors?: Record<string, string> } }} Config
 * @typedef {{ state(): { at?: number, decided: boolean }, config(): any,
 *   on(event: string, listener: () => void): () => void }} Core
 */

const STYLE = `:host{all:initial;--bg:var(--privet-background,#fff);--fg:var(--privet-text,#1c2024);--line:var(--privet-line,#d5d9de);--accent:var(--privet-accent,#1f5f8b);color-scheme:light}
:host([data-theme=dark]){--bg:var(--privet-background,#1b1e22);--fg:var(--privet-text,#eceef0);--line:var(--privet-line,#3a4048);--accent:var(--privet-accent,#8cc4ea);color-scheme:dark}
section{position:fixed;z-index:2147483645;right:16px;bottom:16px;width:25em;max-width:calc(100vw - 32px);max-height:calc(100vh - 32px);overflow:auto;box-sizing:border-box;padding:16px 20px;font:15px/1.5 var(--privet-font,system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif);color:var(--fg);background:var(--bg);border:1px solid var(--line);border-radius:var(--privet-radius,12px);box-shadow:0 8px 40px #0003;overflow-wrap:anywhere}
h2{font-size:16px;line-height:1.3;margin:0 0 6px}
p{margin:0 0 8px}
footer{display:flex;flex-wrap:wrap;align-items:center;gap:8px 20px}
a{color:var(--accent);font-weight:600;padding:10px 0}
button{font:inherit;color:inherit;background:0 0;border:1px solid currentColor;border-radius:calc(var(--privet-radius,12px)*.6);min-height:44px;padding:6px 14px;cursor:pointer}
button:hover{text-decoration:underline}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
@media(max-width:640px){section{right:8px;left:8px;bottom:8px;width:auto;max-width:none;padding:14px 16px}section.above{bottom:56px}}`;

/** @param {Core} core */
export default (core) => {
  /** @type {Config} */
  const { property, lang, button, theme, news } = core.config();
  const cupboard = "privet:" + property + ":policy";
  // Who chose before it was published has read another one; who has not chosen yet has read none here.
  const { at } = core.state();
  if (!at || at >= news.since) return;
  const seen = () => {
    try {
      localStorage.setItem(cupboard, "" + news.version);
    } catch {
      // Storage is closed: it is said again on the next page.
    }
  };
  try {
    if (Number(localStorage.getItem(cupboard)) >= news.version) return;
  } catch {
    return;
  }

  /**
   * @template {keyof HTMLElementTagNameMap} N
   * @param {N} name @param {Record<string, any>} props @param {...(Node | string)} children
   * @returns {HTMLElementTagNameMap[N]}
   */
  const h = (name, props, ...children) => {
    const element = Object.assign(document.createElement(name), props);
    element.append(...children);
    return element;
  };

  let shown = false;
  const show = () => {
    // The question comes first: both at once would be one too many.
    if (shown || !core.state().decided) return;
    shown = true;
    const host = h("div", { lang });
    const device = matchMedia("(prefers-color-scheme:dark)");
    const paint = () => {
      const dark = theme.scheme === "dark" || (theme.scheme !== "light" && device.matches);
      host.dataset.theme = dark ? "dark" : "light";
    };
    paint();
    device.addEventListener("change", paint);
    for (const [name, value] of Object.entries(theme.colors || {})) {
      host.style.setProperty("--privet-" + name, value);
    }
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const end = () => {
      seen();
      host.remove();
    };
    // Said politely by screen readers: the words come after the place that is listened to.
    const status = h("div", { role: "status" });
    const close = h("button", { type: "button", onclick: end }, news.close);
    const link = h("a", { href: news.href, onclick: seen }, news.link);
    const box = h("section", { className: button ? "above" : "" }, status, h("footer", {}, link, close));
    box.setAttribute("aria-label", news.title);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") end();
    });
    root.append(box);
    document.documentElement.append(host);
    requestAnimationFrame(() => {
      status.append(h("h2", {}, news.title), ...(news.text ? [h("p", {}, news.text)] : []));
    });
  };
  document.addEventListener("privet:ready", show, { once: true });
  core.on("change", show);
};
