// Passkeys: asks the device and fills its answer into the form, which is then sent as any other.
// Nothing here holds a rule; without it people sign in with name and password.
(function () {
  "use strict";

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }

  function text(buffer) {
    var plain = "";
    new Uint8Array(buffer || []).forEach(function (byte) { plain += String.fromCharCode(byte); });
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function ask(making, options) {
    options.challenge = bytes(options.challenge);
    if (!making) { return navigator.credentials.get({ publicKey: options }); }
    options.user.id = bytes(options.user.id);
    options.excludeCredentials.forEach(function (known) { known.id = bytes(known.id); });
    return navigator.credentials.create({ publicKey: options });
  }

  function fill(form, waiting, credential) {
    var answer = credential.response;
    var parts = {
      waiting: waiting,
      credential: text(credential.rawId),
      client: text(answer.clientDataJSON),
      object: text(answer.attestationObject),
      device: text(answer.authenticatorData),
      signature: text(answer.signature),
      user: text(answer.userHandle)
    };
    Object.keys(parts).forEach(function (name) {
      if (form.elements[name]) { form.elements[name].value = parts[name]; }
    });
  }

  function prepare(form) {
    var failed = form.querySelector("[data-passkey-failed]");
    var here = window.PublicKeyCredential && window.location.origin === form.getAttribute("data-origin");
    Array.from(document.querySelectorAll("[data-passkey-elsewhere]")).forEach(function (part) {
      part.hidden = Boolean(here);
    });
    if (!here) { return; }
    form.hidden = false;
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      failed.hidden = true;
      fetch(form.getAttribute("data-options"), { headers: { Accept: "application/json" } })
        .then(function (answer) { return answer.json(); })
        .then(function (asked) {
          return ask(form.hasAttribute("data-making"), asked.publicKey).then(function (credential) {
            fill(form, asked.waiting, credential);
            form.submit();
          });
        })
        .catch(function (error) {
          // The device knows the key already; else it was cancelled, or took too long.
          var known = error && error.name === "InvalidStateError";
          failed.textContent = failed.getAttribute(known ? "data-known" : "data-cancelled");
          failed.hidden = false;
        });
    });
  }

  Array.from(document.querySelectorAll("form[data-passkey]")).forEach(prepare);
})();
