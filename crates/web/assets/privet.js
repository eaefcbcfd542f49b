// Makes pages smoother. Every page works without it; nothing here holds a rule.
(function () {
  "use strict";

  function all(selector, root) {
    return Array.from((root || document).querySelectorAll(selector));
  }

  // What only works with this script is hidden until it runs.
  function prepare(root) {
    all("[data-bulk-all], [data-close], [data-copy]", root).forEach(function (part) { part.hidden = false; });
    all("form[data-bulk]", root).forEach(countPicked);
    var focus = root.querySelector("[data-focus]");
    if (focus) { focus.focus(); }
  }

  // ---- Bulk selection
  function countPicked(form) {
    var boxes = all("input[name=id]", form);
    var picked = boxes.filter(function (box) { return box.checked; }).length;
    var head = form.querySelector("[data-bulk-all]");
    if (head) {
      head.checked = boxes.length > 0 && picked === boxes.length;
      head.indeterminate = picked > 0 && picked < boxes.length;
    }
    all(".bulk-bar", form).forEach(function (bar) { bar.classList.toggle("idle", picked === 0); });
    all("[data-bulk-count]", form).forEach(function (spot) { spot.textContent = String(picked); });
  }

  document.addEventListener("change", function (event) {
    var form = event.target.closest("form[data-bulk]");
    if (!form) { return; }
    if (event.target.matches("[data-bulk-all]")) {
      all("input[name=id]", form).forEach(function (box) { box.checked = event.target.checked; });
    }
    countPicked(form);
  });

  // ---- Panels (menu, confirmation): Escape and a click elsewhere close them
  function closePanels(except) {
    all("details.confirm[open], details.menu[open]").forEach(function (panel) {
      if (panel !== except) { panel.open = false; }
    });
  }

  document.addEventListener("click", function (event) {
    var close = event.target.closest("[data-close]");
    if (close) {
      var panel = close.closest("details");
      panel.open = false;
      panel.querySelector("summary").focus();
      return;
    }
    closePanels(event.target.closest("details.confirm, details.menu"));
  });

  // ---- Copying a text the page shows
  document.addEventListener("click", function (event) {
    var copy = event.target.closest("[data-copy]");
    var text = copy && document.getElementById(copy.getAttribute("data-copy"));
    if (!text) { return; }
    var done = function () { toast(copy.getAttribute("data-copied"), ""); };
    var byHand = function () { text.focus(); text.select(); document.execCommand("copy"); done(); };
    // Without TLS browsers offer no clipboard.
    if (navigator.clipboard) { navigator.clipboard.writeText(text.value).then(done, byHand); } else { byHand(); }
  });

  // ---- Keyboard: / search, ? help, g then a letter
  var places = { d: "/console", m: "/console/map", f: "/console/flows", s: "/console/sources", t: "/console/try", r: "/console/records", i: "/console/inbox" };
  var going = 0;

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      var open = document.querySelector("details.confirm[open], details.menu[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
      return;
    }
    var typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === "/") {
      var search = document.querySelector("input[type=search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "?") {
      var help = document.getElementById("help");
      if (help && !help.open) { help.showModal(); }
    } else if (event.key === "g") {
      going = Date.now();
    } else if (Date.now() - going < 1200 && places[event.key]) {
      window.location.href = places[event.key];
    }
  });

  // ---- Toasts: a failed htmx request says so and leaves the page as it is
  function toast(text, kind) {
    var spot = document.getElementById("toasts");
    if (!spot) { return; }
    var line = document.createElement("p");
    line.className = kind === undefined ? "toast danger" : "toast";
    line.textContent = text;
    spot.appendChild(line);
    window.setTimeout(function () { line.remove(); }, 12000);
  }

  document.addEventListener("htmx:responseError", function (event) {
    var answer = event.detail.xhr;
    if (answer.status === 401) { window.location.reload(); return; }
    var plain = (answer.getResponseHeader("content-type") || "").indexOf("text/plain") === 0;
    toast(plain ? answer.responseText : String(answer.status));
  });

  // A poll that was answered by the sign-in page means the session ended: show the whole page.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var url = event.detail.xhr.responseURL || "";
    if (url.indexOf("/signin") !== -1) { event.detail.shouldSwap = false; window.location.reload(); }
  });

  document.addEventListener("htmx:afterSettle", function (event) { prepare(event.target); });
  document.addEventListener("DOMContentLoaded", function () {
    prepare(document);
    // Confirmations that went well leave by themselves.
    all("#toasts .toast").forEach(function (line) { window.setTimeout(function () { line.classList.add("gone"); }, 8000); });
  });
})();
