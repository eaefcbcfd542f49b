// @ts-check
// The IAB's Global Privacy Platform for the banner: the sections of the United States, built from the
// choices, and the answers of `__gpp` (CMP API 1.1). Loaded only where the operator switched it on.

/**
 * @typedef {Record<string, number | boolean | string | number[]>} Segment  Fields under their names.
 * @typedef {{ id: number, segments: Segment[] } | { id: number, text: string }} Entry  A section, or
 *   the text of one this module does not read.
 * @typedef {{ sections: string[], purposes: Record<string, string[]>, cmpId?: number,
 *   applies: boolean }} Settings
 * @typedef {{ choices: Record<string, boolean>, decided: boolean, gpc: boolean }} State
 * @typedef {{ state(): State, config(): any, open(): void,
 *   on(event: string, listener: () => void): unknown }} Core
 * @typedef {(data: any, success: boolean) => void} Callback
 * @typedef {[name: string, width: number, places: number][]} Layout  Places 0: a number, not a list.
 */

// ---- The table of sections ---------------------------------------------------------------------

// A field is a number of two bits; `:6` so many bits, `*8` a list of so many, `!` a yes or no.
const OUT = "SaleOptOutNotice TargetedAdvertisingOptOutNotice ";
const CHOICE = "SaleOptOut TargetedAdvertisingOptOut ";
const MSPA = " MspaCoveredTransaction MspaOptOutOptionMode MspaServiceProviderMode";
const kinds = (/** @type {number} */ sensitive, /** @type {number} */ child) =>
  `SensitiveDataProcessing*${sensitive} KnownChildSensitiveDataConsents` + (child ? "*" + child : "");
const sharing = (/** @type {number} */ sensitive, child = 0) =>
  "Version:6 SharingNotice " + OUT + CHOICE + kinds(sensitive, child) + MSPA;
const processing = (/** @type {number} */ sensitive, child = 0, notice = "Processing") =>
  `Version:6 ${notice}Notice ` + OUT + CHOICE + kinds(sensitive, child) +
  " AdditionalDataProcessingConsent" + MSPA;
const national = (/** @type {number} */ sensitive, /** @type {number} */ child) =>
  "Version:6 SharingNotice SaleOptOutNotice SharingOptOutNotice TargetedAdvertisingOptOutNotice " +
  "SensitiveDataProcessingOptOutNotice SensitiveDataLimitUseNotice SaleOptOut SharingOptOut " +
  "TargetedAdvertisingOptOut " + kinds(sensitive, child) + " PersonalDataConsents" + MSPA;
const NEWER = "MspaVersion:6 MspaCoveredTransaction MspaMode ProcessingNotice " + OUT + CHOICE;
const INDIANA = NEWER + "KnownChildSensitiveDataConsents AdditionalDataProcessingConsent|SensitiveDataProcessing*8";
const GPC = "|SubsectionType Gpc!";

/** Section number → name and segments. */
const SECTIONS = /** @type {Record<string, [string, string]>} */ ({
  6: ["uspv1", "Version Notice OptOutSale LspaCovered"],
  7: ["usnat", national(16, 3) + GPC],
  8: ["usca", "Version:6 SaleOptOutNotice SharingOptOutNotice SensitiveDataLimitUseNotice SaleOptOut " +
    "SharingOptOut " + kinds(9, 2) + " PersonalDataConsents" + MSPA + GPC],
  9: ["usva", sharing(8)],
  10: ["usco", sharing(7) + GPC],
  11: ["usut", sharing(8).replace(/(?<=AdvertisingOptOutNotice)/, " SensitiveDataProcessingOptOutNotice")],
  12: ["usct", sharing(8, 3) + GPC],
  13: ["usfl", processing(8, 3)],
  14: ["usmt", processing(8, 3, "Sharing") + GPC],
  15: ["usor", processing(11, 3) + GPC],
  16: ["ustx", processing(8) + GPC],
  17: ["usde", processing(9, 5) + GPC],
  18: ["usia", "Version:6 ProcessingNotice " + OUT + "SensitiveDataOptOutNotice " + CHOICE + kinds(8, 0) +
    MSPA + GPC],
  19: ["usne", processing(8) + GPC],
  20: ["usnh", processing(8, 3) + GPC],
  21: ["usnj", processing(10, 5) + GPC],
  22: ["ustn", processing(8) + GPC],
  23: ["usmn", processing(8) + GPC],
  24: ["usmd", NEWER + "AdditionalDataProcessingConsent" + GPC],
  25: ["usin", INDIANA],
  26: ["usky", INDIANA],
  27: ["usri", INDIANA],
});
const NATIONAL_ONE = national(12, 2);
/** @type {Record<string, number>} */
const IDS = Object.fromEntries(Object.entries(SECTIONS).map(([id, [name]]) => [name, +id]));

/** @param {string} text @returns {Layout} */
const layout = (text) => text.trim().split(/ +/).map((field) => {
  const [, name, mark, number] = /** @type {RegExpMatchArray} */ (field.match(/^(\w+)([:*!]?)(\d*)$/));
  return [name, mark === ":" ? +number : mark === "!" ? 1 : 2, mark === "*" ? +number : 0];
});
/** The layouts of a section's segments. @param {number} id */
const layouts = (id) => SECTIONS[id][1].split("|").map(layout);

// ---- The codec ---------------------------------------------------------------------------------

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** The most characters of a GPP string; a longer one is an attack or an accident. */
const LONGEST = 262144;

/** @param {string} text */
const bitsOf = (text) => text.replace(/[^]/g, (character) => {
  const value = ALPHABET.indexOf(character);
  if (value < 0) throw new RangeError("not base64url");
  return value.toString(2).padStart(6, "0");
});

/** Filled up to whole bytes, then whole characters. @param {string} bits */
const textOf = (bits) => {
  const bytes = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
  return bytes.padEnd(Math.ceil(bytes.length / 6) * 6, "0")
    .replace(/.{6}/g, (six) => ALPHABET[parseInt(six, 2)]);
};

/** @param {number} value @param {number} width */
const int = (value, width) => {
  const bits = value.toString(2);
  if (!(value >= 0) || bits.length > width) throw new RangeError("too large");
  return bits.padStart(width, "0");
};

const FIBONACCI = [1, 2];
while (FIBONACCI.length < 24) FIBONACCI.push(FIBONACCI[FIBONACCI.length - 1] + FIBONACCI[FIBONACCI.length - 2]);

/** @param {number} value */
const fibonacci = (value) => {
  let code = "1";
  for (let at = FIBONACCI.findLastIndex((term) => term <= value); at >= 0; at--) {
    const one = FIBONACCI[at] <= value;
    if (one) value -= FIBONACCI[at];
    code = +one + code;
  }
  return code;
};

/** @param {string} text @returns {number[]} */
const readHeader = (text) => {
  const bits = bitsOf(text);
  if (!bits.startsWith("000011000001")) throw new RangeError("not GPP 1");
  let at = 24;
  let last = 0;
  const number = () => {
    let value = 0;
    let before = false;
    for (const term of FIBONACCI) {
      if (at >= bits.length) break;
      const one = bits[at++] === "1";
      if (one && before) return value;
      if (one) value += term;
      before = one;
    }
    throw new RangeError("cut");
  };
  /** @type {number[]} */
  const ids = [];
  for (let left = parseInt(bits.slice(12, 24), 2); left; left--) {
    const group = bits[at++] === "1";
    const first = last + number();
    last = group ? first + number() : first;
    // More sections than a text can hold: nothing honest.
    if (last > 65535) throw new RangeError("section");
    for (let id = first; id <= last; id++) ids.push(id);
  }
  return ids;
};

/** @param {string} text @param {Layout} fields @returns {Segment} */
const readSegment = (text, fields) => {
  const bits = bitsOf(text);
  let at = 0;
  const take = (/** @type {number} */ width) => {
    if (at + width > bits.length) throw new RangeError("cut");
    return parseInt(bits.slice(at, at += width), 2);
  };
  return Object.fromEntries(fields.map(([name, width, places]) => [name,
    places ? Array.from({ length: places }, () => take(2)) : width === 1 ? take(1) > 0 : take(width)]));
};

/** @param {number} id @param {string} text @returns {Entry} */
const readSection = (id, text) => {
  if (!SECTIONS[id]) return { id, text };
  const all = layouts(id);
  if (id === 6) {
    if (!/^1[YN-]{3}$/.test(text)) throw new RangeError("US Privacy");
    return { id, segments: [Object.fromEntries(all[0].map(([name], at) => [name, at ? text[at] : 1]))] };
  }
  const texts = text.split(".");
  if (texts.length > all.length) throw new RangeError("segment");
  const segments = texts.map((one, at) => {
    // The first national version is shorter: told by its length, as in the reference library.
    const fields = id === 7 && !at && one.length < 12 ? layout(NATIONAL_ONE) : all[at];
    const segment = readSegment(one, fields);
    if ("Gpc" in segment && segment.SubsectionType !== 1) throw new RangeError("segment");
    return segment;
  });
  if (id === 7) {
    for (const [name, , places] of layout(segments[0].Version === 1 ? NATIONAL_ONE : SECTIONS[7][1].split("|")[0])) {
      const list = /** @type {number[]} */ (segments[0][name]);
      if (places) segments[0][name] = Array.from({ length: places }, (_, at) => list[at] || 0);
    }
  }
  return { id, segments };
};

/** Reads a GPP string; throws if it is cut or altered. @param {string} text @returns {Entry[]} */
export const decode = (text) => {
  if (text.length > LONGEST) throw new RangeError("too long");
  const [header, ...texts] = text.split("~");
  const ids = readHeader(header);
  if (ids.length !== texts.length) throw new RangeError("number of sections");
  return ids.map((id, at) => readSection(id, texts[at]));
};

/** @param {Entry} entry */
const writeSection = (entry) => {
  if ("text" in entry) return entry.text;
  const { id, segments } = entry;
  const all = id === 7 && segments[0].Version === 1
    ? [layout(NATIONAL_ONE), layouts(7)[1]] : layouts(id);
  return id === 6 ? Object.values(segments[0]).join("")
    : segments.map((segment, at) => textOf(all[at].map(([name, width, places]) => {
      const value = segment[name];
      return places
        ? Array.from({ length: places }, (_, place) => int(/** @type {number[]} */ (value)[place], 2)).join("")
        : int(+value, width);
    }).join(""))).join(".");
};

/** Writes a GPP string as the reference library does. @param {Entry[]} entries */
export const encode = (entries) => {
  const sorted = [...entries].sort((a, b) => a.id - b.id);
  let last = 0;
  /** @type {number[][]} */
  const runs = [];
  for (const { id } of sorted) {
    if (runs.at(-1)?.[1] === id - 1) runs[runs.length - 1][1] = id;
    else runs.push([id, id]);
  }
  const ids = runs.map(([first, end]) => {
    const code = +(end > first) + fibonacci(first - last) + (end > first ? fibonacci(end - first) : "");
    last = end;
    return code;
  });
  return [textOf("000011000001" + int(runs.length, 12) + ids.join("")), ...sorted.map(writeSection)].join("~");
};

// ---- From choices to sections ------------------------------------------------------------------

const BY_GPC = ["SaleOptOut", "SharingOptOut", "TargetedAdvertisingOptOut"];
const SENSITIVE_NOTICES = ["SensitiveDataProcessingOptOutNotice", "SensitiveDataOptOutNotice", "SensitiveDataLimitUseNotice"];

/**
 * A section for these choices; fields that no purpose stands behind stay “not applicable”. Where several
 * purposes stand behind one field, all must be granted.
 * @param {string} name @param {Settings} settings @param {State} state @returns {Entry}
 */
export const build = (name, { purposes }, { choices, gpc }) => {
  const id = IDS[name];
  const all = layouts(id);
  const segments = all.map((fields) => /** @type {Segment} */ (Object.fromEntries(fields.map(([field, width, places]) =>
    [field, places ? Array(places).fill(0) : width === 1 ? false : 0]))));
  const set = (/** @type {string} */ field, /** @type {number | boolean} */ value) => {
    const [list, place] = field.split(".");
    for (const segment of segments) {
      const known = segment[list];
      if (Array.isArray(known)) {
        if (!place) known.fill(+value);
        else if (+place <= known.length) known[+place - 1] = +value;
      } else if (list in segment && !place) segment[list] = value;
    }
  };
  set("Version", id === 7 ? 2 : 1);
  set("MspaVersion", 1);
  // “No”: only who signed the Multi-State Privacy Agreement may say yes, and 0 is not allowed.
  set("MspaCoveredTransaction", 2);
  set("SubsectionType", 1);
  set("Gpc", gpc);
  set("SharingNotice", 1);
  set("ProcessingNotice", 1);
  for (const field of new Set(Object.values(purposes).flat())) {
    const yes = Object.keys(purposes).every((key) => choices[key] || !purposes[key].includes(field));
    set(field, yes && !(gpc && BY_GPC.includes(field)) ? 2 : 1);
    set(field + "Notice", 1);
    const [list, place] = field.split(".");
    if (list === "SensitiveDataProcessing" && segments.some((segment) => +place <= String(segment[list] || "").split(",").length)) {
      for (const notice of SENSITIVE_NOTICES) set(notice, 1);
    }
  }
  // Consents to sensitive data are a segment of their own only where some are asked for.
  const last = segments[segments.length - 1];
  if (segments.length > 1 && Array.isArray(last.SensitiveDataProcessing) && !last.SensitiveDataProcessing.some(Boolean)) segments.pop();
  return { id, segments };
};

// ---- The API -----------------------------------------------------------------------------------

/** Answers `__gpp` on this page. @param {Core} core */
export default function install(core) {
  const { gpp } = core.config();
  const settings = /** @type {Settings} */ (gpp);
  const names = settings.sections.filter((name) => IDS[name] > 6).sort((a, b) => IDS[a] - IDS[b]);
  const page = /** @type {any} */ (window);
  const stub = typeof page.__gpp === "function" ? page.__gpp : undefined;
  /** @type {any[]} */
  const waiting = [...stub?.("queue") || []];
  /** @type {Map<number, Callback>} */
  const listeners = new Map((stub?.("events") || []).map((/** @type {any} */ early) => [early.id, early.callback]));
  let number = Math.max(0, stub?.lastId || 0, ...listeners.keys());
  /** @type {Entry[]} */
  let entries = [];
  let cmpDisplayStatus = "hidden";
  let signalStatus = "not ready";

  const compose = () => {
    entries = names.map((name) => build(name, settings, core.state()));
  };
  /** @param {string} name @returns {Segment[] | null} */
  const section = (name) => {
    const entry = entries.find(({ id }) => id === IDS[name]);
    return entry && "segments" in entry ? entry.segments : null;
  };
  const ping = () => ({
    gppVersion: "1.1",
    cmpStatus: "loaded",
    cmpDisplayStatus,
    signalStatus,
    supportedAPIs: names.map((name) => IDS[name] + ":" + name),
    cmpId: settings.cmpId || 0,
    sectionList: entries.map(({ id }) => id),
    applicableSections: settings.applies && names.length ? [IDS[names[0]]] : [-1],
    gppString: encode(entries),
    parsedSections: Object.fromEntries(names.map((name) => [name, section(name)])),
  });
  const event = (/** @type {string} */ eventName, /** @type {any} */ data, listenerId = 0) =>
    ({ eventName, listenerId, data, pingData: ping() });

  /** @param {string} name @param {any} data */
  const tell = (name, data) => {
    for (const [id, listener] of [...listeners]) {
      guard(() => listener(event(name, data, id), true));
    }
  };

  /** @type {Record<string, (callback: Callback, parameter: any) => void>} */
  const commands = {
    ping: (callback) => callback(ping(), true),
    addEventListener: (callback) => {
      listeners.set(++number, callback);
      callback(event("listenerRegistered", true, number), true);
    },
    removeEventListener: (callback, id) => callback(listeners.delete(id), true),
    hasSection: (callback, name) => callback(section(name) !== null, true),
    getSection: (callback, name) => callback(section(name), section(name) !== null),
    getField: (callback, path) => {
      const [name, field] = String(path).split(".");
      const value = section(name)?.find((segment) => field in segment)?.[field] ?? null;
      callback(value, value !== null);
    },
  };

  /** @param {any[]} call */
  const answer = ([command, callback, parameter]) => {
    if (typeof callback !== "function") return;
    guard(() => Object.hasOwn(commands, command) ? commands[command](callback, parameter) : callback(null, false));
  };

  compose();
  const ready = (/** @type {boolean} */ yes) => {
    const status = yes ? "ready" : "not ready";
    if (status !== signalStatus) tell("signalStatus", signalStatus = status);
  };
  page.__gpp = (/** @type {any[]} */ ...call) => answer(call);
  if (!stub) bridge("__gpp", ({ command, parameter }, reply) => answer([command, reply, parameter]));
  tell("cmpStatus", "loaded");
  waiting.splice(0).forEach((call) => answer([...call]));

  const display = (/** @type {string} */ status) => {
    if (status !== cmpDisplayStatus) tell("cmpDisplayStatus", cmpDisplayStatus = status);
  };
  const surfaced = () => {
    ready(false);
    display("visible");
  };
  core.on("shown", surfaced);
  core.on("opened", surfaced);
  core.on("closed", () => {
    if (!core.state().decided) return; // The banner still stands.
    display("hidden");
    ready(true);
  });
  core.on("change", () => {
    ready(false);
    display("hidden");
    compose();
    for (const name of names) tell("sectionChange", name);
    ready(true);
  });
  // Under opt-out there is an answer before anybody asks: nothing was refused, or GPC refused it.
  ready(true);
}

/** @param {() => void} act */
function guard(act) {
  try {
    act();
  } catch (error) {
    // The caller's fault, told where faults are told.
    setTimeout(() => { throw error; });
  }
}

/**
 * The way for frames: an empty frame by whose name they find us, and messages.
 * @param {string} name
 * @param {(call: any, reply: Callback) => void} answer
 */
function bridge(name, answer) {
  const locate = () => {
    if (/** @type {any} */ (window.frames)[name + "Locator"]) return;
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.title = "";
    frame.name = name + "Locator";
    document.body.append(frame);
  };
  if (document.body) locate();
  else document.addEventListener("DOMContentLoaded", locate);
  window.addEventListener("message", ({ data, source, origin }) => {
    const text = typeof data === "string";
    let call;
    try {
      call = (text ? JSON.parse(data) : data)[name + "Call"];
    } catch {
      return; // Somebody else's message.
    }
    if (!call || !source) return;
    answer(call, (returnValue, success) => {
      const reply = { [name + "Return"]: { returnValue, success, callId: call.callId } };
      // A sandboxed frame has no origin to address.
      source.postMessage(text ? JSON.stringify(reply) : reply,
        { targetOrigin: origin === "null" ? "*" : origin });
    });
  });
}
