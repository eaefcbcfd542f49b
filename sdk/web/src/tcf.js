// @ts-check
// The IAB Transparency & Consent Framework 2.2 and 2.3 for the banner: builds the TC string from the
// choices and answers `__tcfapi`. Loaded only where the operator, a registered CMP, switched it on. The
// vendor list comes from the operator's server, never from its origin (TCF policies).

/**
 * @typedef {{ purposeId: number, restrictionType: number, vendors: number[] }} Restriction
 * @typedef {Record<string, any> & { publisherRestrictions: Restriction[] }} Model  Fields as in the
 *   reference library: times in milliseconds, sets as ascending ids. `vendorsDisclosed`,
 *   `vendorsAllowed` and the publisher's fields are absent if their segment is.
 * @typedef {{ id: number, purposes: number[], legIntPurposes: number[], specialPurposes: number[],
 *   deletedDate?: string }} Vendor
 * @typedef {{ vendorListVersion: number, tcfPolicyVersion: number,
 *   vendors: Record<string, Vendor> }} VendorList
 * @typedef {{ cmpId: number, cmpVersion: number, publisherCountryCode: string, language: string,
 *   vendorList: string, fullList?: string, gdprApplies: boolean, purposes: Record<string, number[]>,
 *   specialFeatures: Record<string, number[]>, vendors?: number[] }} Settings
 * @typedef {{ choices: Record<string, boolean>, decided: boolean, at?: number }} State
 * @typedef {{ state(): State, config(): any, open(): void,
 *   on(event: string, listener: () => void): unknown }} Core
 * @typedef {(data: any, success: boolean) => void} Callback
 */

// ---- The codec ---------------------------------------------------------------------------------

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** The most characters of a TC string; a longer one is an attack or an accident. */
const LONGEST = 131072;

// Name and kind: a number of bits, time, letters, b(oolean), f(lags), v(endors), r(estrictions).
const CORE = fields("version 6,created time,lastUpdated time,cmpId 12,cmpVersion 12,consentScreen 6," +
  "consentLanguage letters,vendorListVersion 12,policyVersion 6,isServiceSpecific b," +
  "useNonStandardTexts b,specialFeatureOptins f12,purposeConsents f24," +
  "purposeLegitimateInterests f24,purposeOneTreatment b,publisherCountryCode letters," +
  "vendorConsents v,vendorLegitimateInterests v,publisherRestrictions r");
// By the type that the first three bits of a segment behind the core tell.
const SEGMENTS = [[], fields("vendorsDisclosed v"), fields("vendorsAllowed v"),
  fields("publisherConsents f24,publisherLegitimateInterests f24,numCustomPurposes 6," +
    "publisherCustomConsents f,publisherCustomLegitimateInterests f")];

/** @param {string} text @returns {string[][]} */
function fields(text) {
  return text.split(",").map((field) => field.split(" "));
}

/** @param {string} text */
const bitsOf = (text) => text.replace(/[^]/g, (character) => {
  const value = ALPHABET.indexOf(character);
  if (value < 0) throw new RangeError("not base64url");
  return value.toString(2).padStart(6, "0");
});

/** @param {string} bits */
const textOf = (bits) => bits.padEnd(Math.ceil(bits.length / 24) * 24, "0")
  .replace(/.{6}/g, (six) => ALPHABET[parseInt(six, 2)]);

/** @param {string} bits @param {string[][]} layout @param {Model} into @param {number} at */
const read = (bits, layout, into, at) => {
  const take = (/** @type {number} */ width) => {
    if (at + width > bits.length) throw new RangeError("cut");
    return bits.slice(at, at += width);
  };
  const int = (/** @type {number} */ width) => parseInt(take(width) || "0", 2);
  /** @param {number} width */
  const flags = (width) => [...take(width)].flatMap((bit, index) => bit > "0" ? index + 1 : []);
  const ranges = () => {
    // One byte an id: the widest ranges cost no more than this.
    const set = new Uint8Array(65536);
    for (let left = int(12); left; left--) {
      const group = int(1);
      const first = int(16);
      const last = group ? int(16) : first;
      if (!first || last < first) throw new RangeError("backward range");
      set.fill(1, first, last + 1);
    }
    /** @type {number[]} */
    const ids = [];
    set.forEach((yes, id) => { if (yes) ids.push(id); });
    return ids;
  };
  const restrictions = () => {
    /** @type {Map<number, Restriction>} */
    const rules = new Map();
    for (let left = int(12); left; left--) {
      const purposeId = int(6);
      const restrictionType = int(2);
      const key = purposeId * 4 + restrictionType;
      const vendors = new Set([...rules.get(key)?.vendors || [], ...ranges()]);
      rules.set(key, { purposeId, restrictionType, vendors: [...vendors].sort((a, b) => a - b) });
    }
    return [...rules.values()];
  };
  for (const [name, kind] of layout) {
    into[name] = kind === "time" ? int(36) * 100
      : kind === "letters" ? String.fromCharCode(65 + int(6), 65 + int(6))
      : kind === "b" ? int(1) > 0
      : kind === "v" ? vendors()
      : kind === "r" ? restrictions()
      : kind[0] === "f" ? flags(+kind.slice(1) || into.numCustomPurposes)
      : int(+kind);
  }
  function vendors() {
    const highest = int(16);
    return int(1) ? ranges() : flags(highest);
  }
};

/** Reads a TC string; throws if it is cut, altered or of another version. @param {string} text */
export const decode = (text) => {
  if (text.length > LONGEST) throw new RangeError("too long");
  const [core, ...segments] = text.split(".");
  const model = /** @type {Model} */ ({});
  const bits = bitsOf(core);
  if (parseInt(bits.slice(0, 6), 2) !== 2) throw new RangeError("not version 2");
  read(bits, CORE, model, 0);
  for (const segment of segments) {
    const bits = bitsOf(segment);
    const layout = SEGMENTS[parseInt(bits.slice(0, 3), 2)];
    if (!layout?.length || layout[0][0] in model) throw new RangeError("segment");
    read(bits, layout, model, 3);
  }
  return model;
};

/** @param {number} value @param {number} width */
const int = (value, width) => {
  const bits = value.toString(2);
  if (!(value >= 0) || bits.length > width) throw new RangeError("too large");
  return width ? bits.padStart(width, "0") : "";
};

/** First and last of each run of ids. @param {number[]} ids */
const runs = (ids) => ids.reduce((all, id) => {
  const last = all[all.length - 1];
  if (last?.[1] === id - 1) last[1] = id;
  else all.push([id, id]);
  return all;
}, /** @type {number[][]} */ ([]));

/** @param {number[][]} all */
const ranges = (all) => int(all.length, 12) + all.map(([first, last]) =>
  first === last ? "0" + int(first, 16) : "1" + int(first, 16) + int(last, 16)).join("");

/** @param {number[]} ids @param {number} width */
const flags = (ids, width) => {
  const bits = Array(width).fill(0);
  for (const id of ids) {
    if (id > width) throw new RangeError("too large");
    bits[id - 1] = 1;
  }
  return bits.join("");
};

/** Bits or ranges, as the reference library chooses. @param {number[]} ids */
const vendors = (ids) => {
  const all = runs(ids);
  const highest = ids.at(-1) || 0;
  const length = all.reduce((sum, [first, last], at) => {
    const whole = at + 1 < all.length ? 16 : 0;
    return sum + whole + (first === last ? 0 : 17);
  }, 12);
  return int(highest, 16) +
    (highest > 45 && length < highest ? "1" + ranges(all) : "0" + flags(ids, highest));
};

/** @param {string[][]} layout @param {Model} model */
const write = (layout, model) => layout.map(([name, kind]) => {
  const value = model[name];
  return kind === "time" ? int(Math.round(value / 100), 36)
    : kind === "letters" ? [0, 1].map((at) => int(value.charCodeAt(at) - 65, 6)).join("")
    : kind === "b" ? +value
    : kind === "v" ? vendors(value)
    : kind === "r" ? int(value.length, 12) + value.map((/** @type {Restriction} */ rule) =>
      int(rule.purposeId, 6) + int(rule.restrictionType, 2) + ranges(runs(rule.vendors))).join("")
    : kind[0] === "f" ? flags(value, +kind.slice(1) || model.numCustomPurposes)
    : int(value, +kind);
}).join("");

/** Writes a TC string as the reference library does. @param {Model} model */
export const encode = (model) => [
  textOf(write(CORE, model)),
  ...SEGMENTS.flatMap((layout, type) => layout.length && model[layout[0][0]]
    ? textOf(int(type, 3) + write(layout, model)) : []),
].join(".");

// ---- From choices to a TC string ---------------------------------------------------------------

/** Purposes that may rest on legitimate interest (TCF 2.2). */
const INTERESTS = [2, 7, 8, 9, 10, 11];
const DAY = 864e5;

/**
 * The ids behind a table of purposes: those where every purpose that names them is granted.
 * @param {Record<string, number[]>} table @param {Record<string, boolean>} granted
 */
const meant = (table, granted) => {
  const no = new Set(Object.keys(table).flatMap((key) => granted[key] ? [] : table[key]));
  return [...new Set(Object.values(table).flat())].filter((id) => !no.has(id)).sort((a, b) => a - b);
};

/**
 * The model for these choices. Nothing decided: nothing consented to, nothing objected to.
 * @param {Settings} settings @param {VendorList} list @param {State} state @param {number} now
 * @returns {Model}
 */
export const build = (settings, list, { choices, decided, at }, now) => {
  const time = decided && at || now;
  const shown = Object.keys(settings.purposes);
  const all = Object.fromEntries(shown.map((key) => [key, true]));
  const purposeConsents = decided ? meant(settings.purposes, choices) : [];
  // What was not shown, and what was refused, gives no legitimate interest.
  const interests = meant(settings.purposes, decided ? choices : all)
    .filter((id) => INTERESTS.includes(id));
  const some = (/** @type {number[]} */ a, /** @type {number[]} */ b) => a.some((id) => b.includes(id));
  const active = Object.values(list.vendors).filter(({ id, deletedDate }) =>
    !(deletedDate && Date.parse(deletedDate) <= time) && settings.vendors?.includes(id) !== false);
  const ids = (/** @type {(vendor: Vendor) => boolean} */ wanted) =>
    active.filter(wanted).map(({ id }) => id).sort((a, b) => a - b);
  const day = Math.floor(time / DAY) * DAY;
  return {
    version: 2,
    created: day,
    lastUpdated: day,
    cmpId: settings.cmpId,
    cmpVersion: settings.cmpVersion,
    consentScreen: 1,
    consentLanguage: settings.language.slice(0, 2).toUpperCase(),
    vendorListVersion: list.vendorListVersion,
    policyVersion: list.tcfPolicyVersion,
    isServiceSpecific: true,
    useNonStandardTexts: false,
    specialFeatureOptins: decided ? meant(settings.specialFeatures, choices) : [],
    purposeConsents,
    purposeLegitimateInterests: interests,
    purposeOneTreatment: false,
    publisherCountryCode: settings.publisherCountryCode,
    vendorConsents: ids(({ purposes }) => some(purposes, purposeConsents)),
    // A vendor with special purposes alone keeps its bit once shown (TCF policies of June 2021).
    vendorLegitimateInterests: ids(({ legIntPurposes, specialPurposes }) => legIntPurposes.length
      ? some(legIntPurposes, interests) : specialPurposes.length > 0),
    publisherRestrictions: [],
    vendorsDisclosed: ids(() => true),
  };
};

// ---- The API -----------------------------------------------------------------------------------

/** @param {number[]} ids @param {number[]} [of] */
const table = (ids, of = ids) => {
  const yes = new Set(ids);
  return Object.fromEntries(of.map((id) => [id, yes.has(id)]));
};
const upTo = (/** @type {number} */ last) => Array.from({ length: last }, (_, at) => at + 1);

/** @param {Model} model */
const facts = (model) => {
  /** @type {Record<string, Record<string, number>>} */
  const restrictions = {};
  for (const { purposeId, restrictionType, vendors } of model.publisherRestrictions) {
    for (const id of vendors) (restrictions[purposeId] ||= {})[id] = restrictionType;
  }
  const purposes = upTo(11);
  const shown = model.vendorsDisclosed || [];
  return {
    isServiceSpecific: model.isServiceSpecific,
    useNonStandardTexts: model.useNonStandardTexts,
    publisherCC: model.publisherCountryCode,
    purposeOneTreatment: model.purposeOneTreatment,
    purpose: {
      consents: table(model.purposeConsents, purposes),
      legitimateInterests: table(model.purposeLegitimateInterests, purposes),
    },
    vendor: {
      consents: table(model.vendorConsents, shown),
      legitimateInterests: table(model.vendorLegitimateInterests, shown),
      disclosedVendors: table(shown),
    },
    specialFeatureOptins: table(model.specialFeatureOptins, upTo(2)),
    publisher: {
      consents: table(model.publisherConsents || []),
      legitimateInterests: table(model.publisherLegitimateInterests || []),
      customPurpose: {
        consents: table(model.publisherCustomConsents || []),
        legitimateInterests: table(model.publisherCustomLegitimateInterests || []),
      },
      restrictions,
    },
  };
};

/** Answers `__tcfapi` on this page. @param {Core} core */
export default function install(core) {
  const { tcf, property } = core.config();
  const settings = /** @type {Settings} */ (tcf);
  const page = /** @type {any} */ (window);
  const stub = typeof page.__tcfapi === "function" ? page.__tcfapi : undefined;
  /** @type {any[]} */
  const waiting = [...stub?.() || []];
  /** @type {Map<number, Callback>} */
  const listeners = new Map();
  const cupboard = `privet:tcf:${property}`;
  let number = 0;
  /** @type {VendorList | undefined} */
  let list;
  let cmpStatus = "loading";
  let displayStatus = settings.gdprApplies ? "hidden" : "disabled";
  /** @type {string | undefined} */
  let eventStatus;
  let tcString = "";
  /** @type {Model | undefined} */
  let model;

  /** The string as it was when the choice was made: vendors that came later were not shown. */
  const compose = () => {
    const state = core.state();
    if (!list || !settings.gdprApplies) return;
    try {
      const kept = JSON.parse(localStorage.getItem(cupboard) || "{}");
      if (state.decided && kept.at === state.at) {
        model = decode(tcString = kept.tc);
        return;
      }
    } catch {
      // Storage is closed or damaged: the string is built again.
    }
    tcString = encode(model = build(settings, list, state, Date.now()));
    if (state.decided) {
      try {
        localStorage.setItem(cupboard, JSON.stringify({ at: state.at, tc: tcString }));
      } catch {
        // Storage is closed: the string holds for this page.
      }
    }
  };

  /** @param {number} [listenerId] @param {number[]} [only] */
  const data = (listenerId, only) => {
    const { gdprApplies, cmpId, cmpVersion } = settings;
    const base = { tcfPolicyVersion: list?.tcfPolicyVersion, cmpId, cmpVersion, gdprApplies, listenerId };
    if (!gdprApplies || !model) return { ...base, cmpStatus, eventStatus, tcString };
    const all = facts(model);
    if (only) {
      const { vendor } = all;
      vendor.consents = table(only.filter((id) => vendor.consents[id]), only);
      vendor.legitimateInterests = table(only.filter((id) => vendor.legitimateInterests[id]), only);
    }
    return { ...base, tcString, eventStatus, cmpStatus, ...all };
  };

  const ping = () => ({
    gdprApplies: settings.gdprApplies, cmpLoaded: true, cmpStatus, displayStatus, apiVersion: "2.2",
    cmpVersion: settings.cmpVersion, cmpId: settings.cmpId, gvlVersion: list?.vendorListVersion,
    tcfPolicyVersion: list?.tcfPolicyVersion,
  });

  /** @type {Record<string, (callback: Callback, parameter: any) => void>} */
  const commands = {
    getTCData: (callback, only) => callback(data(undefined, Array.isArray(only) ? only : undefined), true),
    addEventListener: (callback) => {
      listeners.set(++number, callback);
      callback(data(number), true);
    },
    removeEventListener: (callback, id) => callback(listeners.delete(id), true),
    getVendorList: (callback, wanted = "LATEST") => {
      if (wanted !== "LATEST" && +wanted !== list?.vendorListVersion) return callback(null, false);
      // With names and texts: only who asks loads that.
      load(settings.fullList || settings.vendorList)
        .then((full) => callback(full, true), () => callback(null, false));
    },
  };

  /** @param {any[]} call */
  const answer = ([command, version, callback, parameter]) => {
    if (typeof callback !== "function") return;
    try {
      if (command === "ping") callback(ping(), true);
      else if (cmpStatus === "loading") waiting.push([command, version, callback, parameter]);
      else if (cmpStatus === "error") return; // “A CMP shall not respond to any other API requests.”
      else if (+version !== 2 || !Object.hasOwn(commands, command)) callback(null, false);
      else commands[command](callback, parameter);
    } catch (error) {
      // The caller's fault, told where faults are told.
      setTimeout(() => { throw error; });
    }
  };

  /** @param {string} status */
  const tell = (status) => {
    if (!settings.gdprApplies) return;
    eventStatus = status;
    if (cmpStatus !== "loaded") return; // Told when the vendor list is there.
    compose();
    for (const [id, listener] of [...listeners]) {
      try {
        listener(data(id), true);
      } catch (error) {
        setTimeout(() => { throw error; });
      }
    }
  };

  page.__tcfapi = (/** @type {any[]} */ ...call) => answer(call);
  if (!stub) bridge("__tcfapi", ({ command, version, parameter }, reply) =>
    answer([command, version, reply, parameter]));

  const loaded = (/** @type {"loaded" | "error"} */ status) => {
    cmpStatus = status;
    if (status === "loaded") {
      if (!eventStatus && core.state().decided) {
        eventStatus = "tcloaded";
        displayStatus = "disabled";
      }
      compose();
    }
    waiting.splice(0).forEach(answer);
  };
  const surfaced = () => {
    displayStatus = "visible";
    tell("cmpuishown");
  };
  core.on("shown", surfaced);
  core.on("opened", surfaced);
  core.on("closed", () => {
    displayStatus = core.state().decided ? "hidden" : "visible";
  });
  core.on("change", () => {
    displayStatus = "hidden";
    tell("useractioncomplete");
  });
  // Not waited for: the banner asks without the list, and calls wait until it is there.
  load(settings.vendorList)
    .then((json) => {
      list = json;
      loaded("loaded");
    })
    .catch((error) => {
      loaded("error");
      throw error;
    });
}

/** @param {string} address on the server this module came from */
async function load(address) {
  const reply = await fetch(new URL(address, import.meta.url));
  if (!reply.ok) throw new Error("vendor list: " + reply.status);
  return reply.json();
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
