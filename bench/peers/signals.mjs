// Measures the reference libraries of consent strings; prints microseconds a string as JSON.
import { readFileSync } from "node:fs";
import { GVL, TCString } from "@iabtechlabtcf/core";
import { GppModel } from "./node_modules/@iabgpp/cmpapi/lib/mjs/encoder/index.js";

const [, , data, millis] = process.argv;
const read = (name, field) => readFileSync(`${data}/${name}`, "utf8").trim().split("\n")
  .map((line) => JSON.parse(line)[field]);
const tcf = read("tcf-vectors.jsonl", "tc");
const gpp = read("gpp-vectors.jsonl", "gpp");

// Writing needs a vendor list with every vendor that a string names.
const listed = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [at + 1, { id: at + 1, name: "" }]));
const vendors = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [at + 1, {
  id: at + 1, name: "", purposes: [1], legIntPurposes: [2], flexiblePurposes: [2], specialPurposes: [],
  features: [], specialFeatures: [],
}]));
const list = new GVL({
  gvlSpecificationVersion: 3, vendorListVersion: 1, tcfPolicyVersion: 5, lastUpdated: "2026-10-22T16:00:27Z",
  purposes: listed, specialPurposes: listed, features: listed, specialFeatures: listed, stacks: {}, vendors,
});
const models = tcf.map((text) => {
  const model = TCString.decode(text);
  model.gvl = list;
  return model;
});

const micros = (all, work) => {
  const rounds = (time) => {
    const started = performance.now();
    let count = 0;
    while (performance.now() - started < time) {
      all.forEach(work);
      count++;
    }
    return (performance.now() - started) * 1000 / (count * all.length);
  };
  rounds(millis / 5); // Compiled by then.
  return rounds(+millis);
};

console.log(JSON.stringify({
  tcf_decode: micros(tcf, (text) => TCString.decode(text)),
  tcf_encode: micros(models, (model) => TCString.encode(model)),
  // Sections are read when asked for: every field of every section is.
  gpp_decode: micros(gpp, (text) => {
    const model = new GppModel(text);
    model.getSectionIds();
    for (const name of model.sections.keys()) model.getSection(name);
  }),
}));
