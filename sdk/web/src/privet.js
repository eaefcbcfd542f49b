// @ts-check
// The banner: asks once, holds tags back until they are allowed, tells everybody what was chosen.
// One classic script without dependencies, so that it can stand first in <head> and hold back what
// follows. It never evaluates text, and draws in a shadow root with a constructable stylesheet: a
// strict Content-Security-Policy of the site needs to name only our host (script-src, connect-src).
(() => {
  /** @typedef {import("../privet").PrivetConfig} Config */
  /** @typedef {import("../privet").PrivetPurpose} Purpose */
  /** @typedef {Record<string, boolean>} Choices */
  /** @typedef {{ d: string, n: string, c: Choices, t: number, g?: 1, p?: object }} Kept */
  /** @typedef {HTMLScriptElement | HTMLIFrameElement | HTMLImageElement} Tag */

  const own = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  const early = /** @type {any} */ (window).privet;
  if (!own || early?.open) return;
  const { property = "", lang, country, preview, auto, trust = "", consentMode, layer = "dataLayer" } = own.dataset;
  const api = new URL("v1/", own.src);
  const gpc = /** @type {any} */ (navigator).globalPrivacyControl === true;
  const layers = /** @type {any} */ (window);

  /** @type {Config | undefined} */
  let config;
  /** @type {Kept | undefined} */
  let kept;
  /** Purposes under which something ran on this page: taking them back needs a reload. */
  const ran = new Set();

  // ---- What is chosen ------------------------------------------------------------------------

  const cupboard = "privet:" + property;
  try {
    if (preview == null) kept = JSON.parse(localStorage.getItem(cupboard) || "null") || undefined;
  } catch {
    // Storage is closed or damaged: the person is asked again.
  }

  const keep = () => {
    try {
      if (preview == null) localStorage.setItem(cupboard, JSON.stringify(kept));
    } catch {
      // Storage is closed: the choice holds for this page.
    }
  };

  const purposes = () => config?.purposes || [];
  const asked = () => purposes().filter((purpose) => !purpose.always);

  /** The version in "web@3". @param {string} notice */
  const version = (notice) => +notice.split("@")[1] || 0;

  /** The kept choices that still count: same notice, a version that covers them, not too old. */
  const valid = () => {
    /** @type {Choices} */
    const still = {};
    if (!kept || !config || kept.n.split("@")[0] !== config.notice.split("@")[0] ||
      Date.now() - kept.t > config.days * 864e5) return still;
    for (const { key, since } of purposes()) {
      if (key in kept.c && version(kept.n) >= since) still[key] = kept.c[key];
    }
    return still;
  };

  const decided = () => asked().every((purpose) => purpose.key in valid());

  /** @param {string} key */
  const allowed = (key) => {
    if (!config) return !!kept?.c[key] && failed;
    const purpose = purposes().find((one) => one.key === key);
    if (!purpose) return !key;
    if (purpose.always) return true;
    return valid()[key] ??
      (config.regime !== "opt-in" && !purpose.ask && !(gpc && purpose.gpc));
  };

  /** @returns {Choices} */
  const choices = () => Object.fromEntries(purposes().map(({ key }) => [key, allowed(key)]));

  const state = () => ({
    ready: !!config,
    decided: !!config && decided(),
    regime: config?.regime,
    choices: choices(),
    gpc,
    notice: config?.notice,
    device: kept?.d,
    at: kept?.t,
  });

  // ---- Telling others ------------------------------------------------------------------------

  /** @type {Record<string, Array<(detail: any) => void>>} */
  const listeners = {};

  /** @param {string} event @param {(detail: any) => void} listener */
  const on = (event, listener) => {
    (listeners[event] ||= []).push(listener);
    if (event === "ready" && config) listener(state());
    return () => {
      listeners[event] = listeners[event].filter((one) => one !== listener);
    };
  };

  /** @param {string} event @param {any} [detail] */
  const tell = (event, detail = state()) => {
    for (const listener of listeners[event] || []) {
      try {
        listener(detail);
      } catch (error) {
        // One listener's fault must not keep the others uninformed.
        setTimeout(() => { throw error; });
      }
    }
    document.dispatchEvent(new CustomEvent("privet:" + event, { detail }));
    layers[layer].push({ event: "privet_" + event, privet: detail });
  };

  // Google Consent Mode v2 wants its own `arguments` object in the data layer.
  layers[layer] ||= [];
  const gtag = /** @type {(...all: any[]) => void} */ (function () {
    if (consentMode !== "off") layers[layer].push(arguments);
  });
  const signals = ["ad_storage", "ad_user_data", "ad_personalization", "analytics_storage",
    "functionality_storage", "personalization_storage", "security_storage"];

  /** @param {"default" | "update"} what */
  const signal = (what) => {
    /** @type {Record<string, string | number>} */
    const all = {};
    for (const name of signals) {
      // Where several purposes stand behind a signal, all must be allowed.
      const behind = purposes().filter(({ signals }) => signals?.includes(name));
      all[name] = behind[0] && behind.every(({ key }) => allowed(key)) ? "granted" : "denied";
    }
    if (what === "default") all.wait_for_update = 2000;
    gtag("consent", what, all);
  };
  signal("default");

  // ---- Holding tags back ---------------------------------------------------------------------

  const TAGS = 'script[data-privet][type="text/plain"],[data-privet][data-src]';
  /** @type {WeakSet<Element>} */
  const freed = new WeakSet();
  let chain = Promise.resolve();
  let failed = false;

  /** @param {string} address */
  const hostOf = (address) => new URL(address, document.baseURI).host;

  /** A host is one of these or below it. @param {string} host @param {string} name */
  const isBelow = (host, name) => host === name || host.endsWith("." + name);

  /** The purpose a host rule gives an address; "" for none. @param {string} address */
  const purposeOf = (address) =>
    config?.rules.find(([name]) => isBelow(hostOf(address), name))?.[1] || "";

  /**
   * Automatic mode: turns an element into a tagged one unless its address is free to load. Before
   * the rules are known ("?") everything from elsewhere waits.
   * @param {Tag} element @param {string} address
   */
  const hold = (element, address) => {
    if (freed.has(element) || element === own || !/^(https?:)?\/\//.test(address)) return false;
    const host = hostOf(address);
    if ([location.host, api.host, ...trust.split(",")].some((name) => isBelow(host, name))) return false;
    const purpose = config ? purposeOf(address) : "?";
    if (!purpose || (purpose !== "?" && allowed(purpose))) {
      ran.add(purpose);
      return false;
    }
    if ("text" in element) {
      if (element.type !== "text/plain") element.dataset.type = element.type;
      element.type = "text/plain";
    }
    element.dataset.privet = purpose;
    element.dataset.src = address;
    element.removeAttribute("src");
    return true;
  };

  /** @param {HTMLScriptElement} old */
  const runScript = (old) => {
    const fresh = document.createElement("script");
    for (const { name, value } of old.attributes) {
      if (!/^(type|src|data-(privet|src|type))$/.test(name)) fresh.setAttribute(name, value);
    }
    freed.add(fresh);
    fresh.type = old.dataset.type || "";
    fresh.nonce = old.nonce;
    const address = old.dataset.src || old.src;
    const loaded = new Promise((done) => {
      fresh.onload = fresh.onerror = (event) => {
        old.dispatchEvent(new Event(/** @type {Event} */ (event).type));
        done(0);
      };
    });
    // In the order of the page unless the tag itself says async.
    fresh.async = old.hasAttribute("async");
    if (address) fresh.src = address;
    else fresh.text = old.text;
    old.replaceWith(fresh);
    return address && !fresh.async ? loaded : undefined;
  };

  /** Frees one element, if it is allowed at its turn. @param {Tag} element */
  const free = (element) => {
    const key = element.dataset.privet || "";
    if (!allowed(key)) {
      freed.delete(element);
      return;
    }
    ran.add(key);
    if ("text" in element) return runScript(element);
    element.src = element.dataset.src || "";
    delete element.dataset.src;
  };

  /** Frees what may run, in the order of the page, each once; offers the rest. */
  const release = () => {
    for (const element of /** @type {NodeListOf<Tag>} */ (document.querySelectorAll(TAGS))) {
      if (config && element.dataset.privet === "?") {
        element.dataset.privet = purposeOf(element.dataset.src || "");
      }
      const key = element.dataset.privet || "";
      if (freed.has(element)) continue;
      if (allowed(key)) {
        freed.add(element);
        chain = chain.then(() => free(element)).then(() => {});
      } else if (config && "srcdoc" in element) {
        placeholder(element, key);
      }
    }
  };

  new MutationObserver((records) => {
    let look = false;
    for (const { addedNodes } of records) {
      for (const node of addedNodes) {
        if (!(node instanceof Element)) continue;
        for (const element of /** @type {Iterable<Tag>} */ ([node, ...node.querySelectorAll("[src]")])) {
          if (auto != null && element.matches("script,iframe,img") && element.src) {
            hold(element, element.src);
          }
        }
        look ||= node.matches(TAGS) || !!node.querySelector(TAGS);
      }
    }
    if (look) release();
  }).observe(document, { childList: true, subtree: true });

  if (auto != null) {
    for (const { prototype } of [HTMLScriptElement, HTMLIFrameElement, HTMLImageElement]) {
      const src = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(prototype, "src"));
      Object.defineProperty(prototype, "src", {
        ...src,
        /** @this {Tag} */
        get() {
          return this.dataset.src || src.get?.call(this);
        },
        /** @this {Tag} @param {any} value */
        set(value) {
          if (!hold(this, "" + value)) src.set?.call(this, value);
        },
      });
      const { setAttribute } = prototype;
      /** @this {Tag} @param {string} name @param {string} value */
      prototype.setAttribute = function (name, value) {
        if (name.toLowerCase() !== "src" || !hold(this, "" + value)) {
          setAttribute.call(this, name, value);
        }
      };
    }
  }

  /** Deletes what refused purposes left behind. */
  const clear = () => {
    for (const { key, clear = [] } of asked()) {
      if (allowed(key)) continue;
      for (const pattern of clear) {
        const start = pattern.replace("*", "");
        const hit = (/** @type {string} */ name) =>
          pattern === start ? name === start : name.startsWith(start);
        for (const cookie of document.cookie.split("; ")) {
          const name = cookie.split("=")[0];
          if (!hit(name)) continue;
          const parts = location.hostname.split(".");
          // A cookie hides its domain and path: every one that this page may delete is tried.
          for (const path of ["/", location.pathname]) {
            const gone = name + "=;max-age=0;path=" + path;
            document.cookie = gone;
            for (let at = 0; at < parts.length; at++) {
              document.cookie = gone + ";domain=" + parts.slice(at).join(".");
            }
          }
        }
        for (const area of ["localStorage", "sessionStorage"]) {
          try {
            for (const name of Object.keys(layers[area])) {
              if (hit(name)) layers[area].removeItem(name);
            }
          } catch {
            // Storage is closed: nothing of theirs is in it.
          }
        }
      }
    }
  };

  // ---- Recording -----------------------------------------------------------------------------

  /** @param {any} record */
  const send = async (record) => {
    if (preview != null) return;
    try {
      const answer = await fetch(new URL("consents", api), {
        method: "POST",
        // Text is a simple request: no round trip before it, and it survives leaving the page.
        body: JSON.stringify(record),
        keepalive: true,
      });
      if (!answer.ok) {
        tell("error", { status: answer.status, detail: (await answer.json()).detail });
        if (answer.status > 499 || answer.status === 429) return;
      } else {
        tell("recorded", await answer.json());
      }
      // Written down, or never going to be: sending it again would change nothing.
      if (kept) delete kept.p;
      keep();
    } catch (error) {
      tell("error", { status: 0, detail: "" + error });
    }
  };

  const random = () =>
    [...crypto.getRandomValues(new Uint8Array(16))]
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join("");

  /**
   * Keeps choices, applies them and has them recorded.
   * @param {Choices} chosen @param {string} [channel] @param {boolean} [answer] to the banner
   */
  const choose = (chosen, channel = "web", answer = false) => {
    if (!config) return Promise.resolve();
    const before = choices();
    const answered = valid();
    const only = Object.fromEntries(
      asked().filter(({ key }) => key in chosen).map(({ key }) => [key, !!chosen[key]]));
    kept = {
      d: kept?.d || random(), // Made at the first choice: before it nothing is kept on the device.
      n: config.notice,
      c: { ...answered, ...only },
      t: Date.now(),
      g: gpc ? 1 : undefined,
    };
    const { experiment } = config;
    kept.p = {
      property, channel, gpc,
      notice: config.notice,
      language: config.lang,
      regime: config.regime,
      subject: { device_id: kept.d },
      // Taking back what was given is told apart from never giving it.
      choices: Object.fromEntries(Object.entries(only).map(([key, yes]) =>
        [key, yes || (answered[key] ? "withdrawn" : false)])),
      page: location.origin + location.pathname,
      given_at: kept.t,
      key: random(),
      experiment: answer ? experiment : undefined,
    };
    keep();
    const sent = send(kept.p);
    apply();
    tell("change");
    // A script that runs cannot be stopped: a page without it is the only honest answer.
    if (config.reload && asked().some(({ key }) => before[key] && !allowed(key) && ran.has(key))) {
      sent.then(() => location.reload());
    }
    return sent;
  };

  /** @param {boolean} yes @param {boolean} [answer] */
  const all = (yes, answer) =>
    // Under GPC "accept" leaves sale and sharing off; each can be switched on by hand.
    choose(
      Object.fromEntries(asked().map(({ key, gpc: sale }) => [key, yes && !(gpc && sale)])),
      "web", answer);

  const apply = () => {
    signal("update");
    if (decided() || gpc) clear();
    release();
    draw();
  };

  // ---- Drawing -------------------------------------------------------------------------------

  /** @type {HTMLElement} */
  let host;
  /** @type {ShadowRoot} */
  let root;
  /** @type {HTMLDialogElement | undefined} */
  let dialog;
  let shown = false;

  /**
   * @template {keyof HTMLElementTagNameMap} N
   * @param {N} name @param {Record<string, any>} [props] @param {...(Node | string)} children
   * @returns {HTMLElementTagNameMap[N]}
   */
  const h = (name, props = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(props)) {
      if (key in element) /** @type {any} */ (element)[key] = value;
      else element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  };

  /** @param {string} text @param {() => void} onclick @param {string} [className] */
  const button = (text, onclick, className = "") =>
    h("button", { type: "button", onclick, className }, text);

  /** The stylesheet for a document: it must be made by the document's own window. @param {any} view */
  const sheet = (view) => {
    const made = new view.CSSStyleSheet();
    made.replaceSync("@privet.css");
    return made;
  };

  /** Colours: the operator's, then light or dark as wished. @param {HTMLElement} element */
  const dress = (element) => {
    const { scheme, colors } = /** @type {Config} */ (config).theme;
    const device = matchMedia("(prefers-color-scheme:dark)");
    const paint = () => {
      const dark = scheme === "dark" || (scheme !== "light" && device.matches);
      element.dataset.theme = dark ? "dark" : "light";
    };
    paint();
    device.addEventListener("change", paint);
    for (const [name, value] of Object.entries(colors || {})) {
      element.style.setProperty("--privet-" + name, value);
    }
  };

  /** Title, text and links that both layers share. */
  const words = () => {
    const { texts, links } = /** @type {Config} */ (config);
    return [
      h("h2", { id: "t" }, texts.title),
      h("p", {}, texts.body, ...links.flatMap(([text, href]) => [" ", h("a", { href }, text)])),
      ...(gpc ? [h("p", { className: "gpc" }, texts.gpc)] : []),
    ];
  };

  const draw = () => {
    if (!config) return;
    if (!host) {
      host = h("div", { lang: config.lang });
      root = host.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet(window)];
      dress(host);
      // Beside <body>: no selector of the site counts it, no text of the site moves.
      document.documentElement.append(host);
    }
    const { regime, texts, experiment } = config;
    root.querySelector(".bar,.again")?.remove();
    if (regime === "none" || decided()) {
      if (config.button) {
        root.append(h("nav", { className: "again", "aria-label": texts.title }, button(texts.settings, open)));
      }
      return;
    }
    // Refusing and accepting: the same element, the same class, one click each.
    const bar = h("section", {
      className: "bar " + config.theme.position, role: "dialog", "aria-labelledby": "t", tabIndex: -1,
    }, h("div", {}, ...words()), h("div", { className: "acts" },
      button(texts.refuse, () => all(false, true), "act"),
      button(texts.accept, () => all(true, true), "act"),
      button(texts.settings, open, "quiet")));
    root.append(bar);
    const active = document.activeElement;
    if (!shown && (!active || active === document.body)) bar.focus({ preventScroll: true });
    if (!shown && experiment && preview == null) {
      navigator.sendBeacon(new URL("seen", api), JSON.stringify({ property, experiment }));
    }
    if (!shown) tell("shown");
    shown = true;
  };

  /** One purpose of the dialog. @param {Purpose} purpose */
  const row = ({ key, name, text, always, vendors = [] }) =>
    h("li", {},
      h("label", { htmlFor: "p-" + key }, name),
      h("input", {
        type: "checkbox", role: "switch", id: "p-" + key, name: key, checked: allowed(key),
        disabled: !!always, "aria-describedby": "d-" + key,
      }),
      h("p", { id: "d-" + key }, text, always ? " " + config?.texts.always : ""),
      ...(vendors.length ? [h("p", { className: "small" }, vendors.join(" · "))] : []));

  /** Opens the preference dialog. */
  const open = () => {
    if (!config || dialog) return;
    const { texts } = config;
    if (!host) draw();
    const end = () => dialog?.close();
    const save = () => {
      const marked = dialog?.querySelectorAll("input") || [];
      choose(Object.fromEntries([...marked].map((input) => [input.name, input.checked])), "web", shown && !decided());
      end();
    };
    dialog = h("dialog", {
      "aria-labelledby": "t",
      onclose: () => {
        dialog?.remove();
        dialog = undefined;
        tell("closed");
      },
    }, button("×", end, "close"), h("div", { className: "scroll", tabIndex: 0 }, ...words(),
      h("ul", {}, ...purposes().map(row))), h("div", { className: "acts" },
      button(texts.refuse, () => { all(false, shown && !decided()); end(); }, "act"),
      button(texts.accept, () => { all(true, shown && !decided()); end(); }, "act"),
      button(texts.save, save, "act plain")));
    dialog.firstElementChild?.setAttribute("aria-label", texts.close);
    root.append(dialog);
    // The browser's own modal: focus stays in it, Escape closes it, the rest is inert.
    dialog.showModal();
    tell("opened");
  };

  /**
   * Says inside an empty frame what would load there; the frame's box stays as it is.
   * @param {HTMLIFrameElement} frame @param {string} key
   */
  const placeholder = (frame, key) => {
    const inside = frame.contentDocument;
    const purpose = purposes().find((one) => one.key === key);
    if (!inside?.body || inside.body.firstChild || !config || !purpose) return;
    const { texts } = config;
    const site = hostOf(frame.dataset.src || "");
    inside.documentElement.lang = config.lang;
    inside.title = frame.title;
    inside.adoptedStyleSheets = [sheet(frame.contentWindow)];
    dress(inside.documentElement);
    inside.body.className = "frame";
    inside.body.append(h("main", {},
      h("h1", {}, frame.title || site),
      h("p", {}, texts.blocked.replace("{site}", site).replace("{purpose}", purpose.name)),
      h("div", { className: "acts" },
        button(texts.once, () => {
          frame.src = frame.dataset.src || "";
          freed.add(frame);
          delete frame.dataset.src;
        }, "act plain"),
        button(texts.allow.replace("{purpose}", purpose.name), () => choose({ [key]: true }), "act plain"))));
    // Firefox puts a fresh empty document into a frame when it has loaded: say it again there.
    frame.addEventListener("load", () => frame.dataset.src && placeholder(frame, key), { once: true });
  };

  document.addEventListener("click", (event) => {
    const at = event.composedPath()[0];
    if (at instanceof Element && at.closest("[data-privet-open]")) {
      event.preventDefault();
      open();
    }
  });

  // ---- The face, and the start ---------------------------------------------------------------

  const core = { state, on, config: () => config, open };
  const face = {
    ...core,
    allowed,
    set: (/** @type {Choices} */ chosen) => choose(chosen),
    acceptAll: () => all(true),
    refuseAll: () => all(false),
    /** A function to call with this face, or ["on", "change", f]. @param {any} item */
    push: (item) =>
      typeof item === "function" ? item(face) : /** @type {any} */ (face)[item[0]](...item.slice(1)),
  };
  layers.privet = face;

  const start = async () => {
    const address = new URL("config/" + property, api);
    address.searchParams.set("lang", lang || document.documentElement.lang || navigator.language);
    if (country) address.searchParams.set("country", country);
    const answer = await fetch(address);
    if (!answer.ok) throw new Error((await answer.json()).detail);
    config = /** @type {Config} */ (await answer.json());
    // Before the banner shows: other people's tags listen to the modules for just that.
    await Promise.all([config.tcf, config.gpp, config.news].map(async (settings) => {
      try {
        if (settings) await (await import(new URL(settings.module, api).href)).default(core);
      } catch (error) {
        tell("error", { status: 0, detail: "" + error });
      }
    }));
    if (kept?.p) send(kept.p);
    const sale = asked().filter((purpose) => purpose.gpc);
    if (gpc && sale.some(({ key }) => !(key in valid()))) {
      // The signal is an opt-out of its own: written down once, without asking.
      choose(Object.fromEntries(sale.map(({ key }) => [key, false])), "gpc");
    } else {
      apply();
    }
    tell("ready");
  };
  start().catch((error) => {
    // Without rules nothing new is allowed; what the person allowed before still holds.
    failed = !config;
    release();
    tell("error", { status: 0, detail: "" + error });
  });
  if (Array.isArray(early)) early.forEach(face.push);
})();
