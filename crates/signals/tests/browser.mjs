// Runs the browser's modules on what the Rust tests send: JSON lines in, JSON lines out.
import { createInterface } from "node:readline";

const [, , folder] = process.argv;
const tcf = await import(folder + "/tcf.mjs");
const gpp = await import(folder + "/gpp.mjs");

const jobs = {
  tcf: ({ text }) => {
    const model = tcf.decode(text);
    return { model, text: tcf.encode(model) };
  },
  gpp: ({ text }) => {
    const entries = gpp.decode(text);
    return { entries, text: gpp.encode(entries) };
  },
  choices: ({ settings, list, state, now }) => ({ text: tcf.encode(tcf.build(settings, list, state, now)) }),
  section: ({ name, settings, state }) => ({ text: gpp.encode([gpp.build(name, settings, state)]) }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line);
  let answer;
  try {
    answer = jobs[job.job](job);
  } catch (error) {
    answer = { error: error.constructor.name };
  }
  console.log(JSON.stringify(answer));
}
