// The data-flow picture: pan, zoom, keyboard, and the neighbours of what was chosen.
// Without this file the picture is a scrollable drawing whose rooms and arrows are links.
(function () {
  "use strict";

  var lastOutside = 0;
  window.addEventListener("scroll", function () { lastOutside = Date.now(); }, { passive: true });

  function start(frame) {
    var svg = frame.querySelector("svg.flow-svg");
    if (!svg || frame.dataset.flowReady) return;
    frame.dataset.flowReady = "yes";
    var whole = svg.viewBox.baseVal;
    var full = { x: 0, y: 0, w: whole.width, h: whole.height };
    frame.classList.add("flow-live");
    frame.tabIndex = 0;
    svg.removeAttribute("width");
    svg.removeAttribute("height");
    svg.setAttribute("preserveAspectRatio", "xMidYMid meet");
    var view = {};

    function size() { return svg.getBoundingClientRect(); }
    function show() {
      svg.setAttribute("viewBox", [view.x, view.y, view.w, view.h].join(" "));
      // Too small to read details: show the names alone, large.
      svg.classList.toggle("flow-far", ratio() > 1.7);
    }
    // Pixels of the drawing for one pixel of the screen.
    function ratio() {
      var box = size();
      return Math.max(view.w / box.width, view.h / box.height) || 1;
    }
    // As high as the picture needs at this width, within the window.
    function shape() {
      var high = frame.clientWidth * full.h / full.w;
      frame.style.height = Math.round(Math.min(Math.max(high, 260), window.innerHeight * 0.78)) + "px";
    }
    function fit() {
      var box = size();
      var scale = Math.max(full.w / box.width, full.h / box.height, 0.8);
      view = { w: box.width * scale, h: box.height * scale };
      view.x = (full.w - view.w) / 2;
      view.y = (full.h - view.h) / 2;
      show();
    }
    // On a small screen the whole picture would be unreadable: begin at its left side instead.
    function begin() {
      shape();
      fit();
      var box = size();
      if (ratio() > 2 && box.width < 700) {
        frame.style.height = Math.round(Math.min(full.h / 1.6, window.innerHeight * 0.6)) + "px";
        box = size();
        view = { w: box.width * 1.6, h: box.height * 1.6, x: 0, y: 0 };
        view.y = Math.max(0, (full.h - view.h) / 2);
        show();
      }
    }
    function zoom(factor, clientX, clientY) {
      var box = size();
      var px = clientX === undefined ? 0.5 : (clientX - box.left) / box.width;
      var py = clientY === undefined ? 0.5 : (clientY - box.top) / box.height;
      var w = Math.min(Math.max(view.w * factor, 120), full.w * 4 + 2000);
      var real = w / view.w;
      var h = view.h * real;
      view.x += (view.w - w) * px;
      view.y += (view.h - h) * py;
      view.w = w;
      view.h = h;
      show();
    }
    function move(dx, dy) {
      var step = ratio();
      view.x = Math.min(Math.max(view.x - dx * step, -view.w * 0.8), full.w - view.w * 0.2);
      view.y = Math.min(Math.max(view.y - dy * step, -view.h * 0.8), full.h - view.h * 0.2);
      show();
    }

    frame.addEventListener("wheel", function (event) {
      // A page scroll that runs over the picture goes on; a wheel that begins on it zooms.
      if (!event.ctrlKey && Date.now() - lastOutside < 350) { lastOutside = Date.now(); return; }
      event.preventDefault();
      var strength = event.deltaMode === 1 ? 0.05 : 0.0016;
      zoom(Math.exp(Math.max(-120, Math.min(120, event.deltaY)) * strength), event.clientX, event.clientY);
    }, { passive: false });

    var fingers = new Map();
    var travelled = 0;
    var spread = 0;
    frame.addEventListener("pointerdown", function (event) {
      if (event.button > 0) return;
      fingers.set(event.pointerId, event);
      if (fingers.size === 1) travelled = 0;
      spread = 0;
    });
    window.addEventListener("pointermove", function (event) {
      var before = fingers.get(event.pointerId);
      if (!before) return;
      fingers.set(event.pointerId, event);
      var all = Array.from(fingers.values());
      if (all.length === 2) {
        var gap = Math.hypot(all[0].clientX - all[1].clientX, all[0].clientY - all[1].clientY);
        if (spread > 0 && gap > 0) {
          zoom(spread / gap, (all[0].clientX + all[1].clientX) / 2, (all[0].clientY + all[1].clientY) / 2);
        }
        spread = gap;
        travelled = 99;
        return;
      }
      var dx = event.clientX - before.clientX;
      var dy = event.clientY - before.clientY;
      travelled += Math.abs(dx) + Math.abs(dy);
      if (travelled > 4) {
        frame.classList.add("flow-dragging");
        move(dx, dy);
      }
    });
    function lift(event) {
      fingers.delete(event.pointerId);
      spread = 0;
      if (fingers.size === 0) frame.classList.remove("flow-dragging");
    }
    window.addEventListener("pointerup", lift);
    window.addEventListener("pointercancel", lift);
    frame.addEventListener("dragstart", function (event) { event.preventDefault(); });
    frame.addEventListener("click", function (event) {
      if (travelled > 4) {
        event.preventDefault();
        event.stopPropagation();
        travelled = 0;
        return;
      }
      var chosen = event.target.closest("[data-node],[data-edge]");
      if (chosen) choose(chosen); else clear();
    }, true);

    frame.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      var step = 60;
      switch (event.key) {
        case "+": case "=": zoom(0.8); break;
        case "-": case "_": zoom(1.25); break;
        case "0": fit(); break;
        case "ArrowLeft": move(step, 0); break;
        case "ArrowRight": move(-step, 0); break;
        case "ArrowUp": move(0, step); break;
        case "ArrowDown": move(0, -step); break;
        case "Escape": clear(); break;
        default: return;
      }
      event.preventDefault();
    });
    // A node reached by the keyboard comes into view.
    svg.addEventListener("focusin", function (event) {
      var item = event.target.closest("[data-node],[data-edge]");
      if (!item || !item.matches(":focus-visible")) return;
      var box = size();
      var at = item.getBoundingClientRect();
      if (at.left < box.left || at.right > box.right || at.top < box.top || at.bottom > box.bottom) {
        move((box.left + box.right - at.left - at.right) / 2, (box.top + box.bottom - at.top - at.bottom) / 2);
      }
    });

    function each(selector, act) { svg.querySelectorAll(selector).forEach(act); }
    document.addEventListener("click", function (event) {
      var close = event.target.closest("[data-flow-close]");
      if (!close || !frame.isConnected) return;
      event.preventDefault();
      close.closest(".flow-detail").classList.replace("is-chosen", "is-hint");
      clear();
      frame.focus({ preventScroll: true });
    });
    function clear() {
      svg.classList.remove("flow-focus");
      each(".flow-near,.flow-chosen", function (item) { item.classList.remove("flow-near", "flow-chosen"); });
    }
    function choose(item) {
      clear();
      var nodes = new Set();
      var edges = new Set();
      if (item.dataset.node) {
        nodes.add(item.dataset.node);
        each("[data-edge]", function (edge) {
          if (edge.dataset.from === item.dataset.node || edge.dataset.to === item.dataset.node) {
            edges.add(edge.dataset.edge);
            nodes.add(edge.dataset.from);
            nodes.add(edge.dataset.to);
          }
        });
      } else {
        edges.add(item.dataset.edge);
        nodes.add(item.dataset.from);
        nodes.add(item.dataset.to);
      }
      each("[data-node]", function (node) { if (nodes.has(node.dataset.node)) node.classList.add("flow-near"); });
      each("[data-edge]", function (edge) { if (edges.has(edge.dataset.edge)) edge.classList.add("flow-near"); });
      each("[data-badge]", function (badge) { if (edges.has(badge.dataset.badge)) badge.classList.add("flow-near"); });
      item.classList.add("flow-chosen");
      svg.classList.add("flow-focus");
    }

    document.querySelectorAll("[data-flow-zoom]").forEach(function (button) {
      button.addEventListener("click", function () {
        var what = button.dataset.flowZoom;
        if (what === "in") zoom(0.75); else if (what === "out") zoom(1.34); else fit();
      });
    });
    document.querySelectorAll(".flow-tools[hidden]").forEach(function (tools) { tools.hidden = false; });
    begin();
    // The panel with details opens beside the picture and takes some of its width.
    if (window.ResizeObserver) new ResizeObserver(show).observe(frame);
    var chosen = frame.dataset.chosen;
    each("[data-node],[data-edge]", function (item) {
      if (chosen && (item.dataset.node === chosen || item.dataset.edge === chosen)) choose(item);
    });
  }

  function all() { document.querySelectorAll(".flow-frame").forEach(start); }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all); else all();
  document.addEventListener("htmx:afterSettle", all);
})();
