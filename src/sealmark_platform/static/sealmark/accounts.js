// Passkeys: asks the device and sends what it answers. Without JavaScript its forms stay hidden, and passwords remain.
(() => {
  "use strict";
  const optionsOf = async (form) => {
    if (form.dataset.passkey !== "sign-in") {
      return JSON.parse(document.getElementById("passkey-options").textContent);
    }
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return answer.json();
  };
  const made = async (form, options) => {
    const alone = form.elements.passwordless;
    const choice = options.publicKey.authenticatorSelection;
    if (alone) {
      choice.residentKey = alone.checked ? "required" : "discouraged";
      choice.requireResidentKey = alone.checked;
      if (alone.checked) choice.userVerification = "required";
    }
    return window.webauthnJSON.create(options);
  };
  const answered = async (form) => {
    const told = await optionsOf(form);
    return form.dataset.passkey === "add"
      ? made(form, told.creation_options)
      : window.webauthnJSON.get(told.request_options);
  };
  // Passkeys belong to a name, never to a number.
  const numbered = /^[\d.]+$|^\[/.test(location.hostname);
  if (!window.PublicKeyCredential || !window.webauthnJSON || numbered) return;
  document.getElementById("no-passkeys")?.remove();
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const refused = form.querySelector("[role=alert][hidden]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      refused.hidden = true;
      try {
        form.elements.credential.value = JSON.stringify(await answered(form));
        form.submit();
      } catch {
        refused.hidden = false;
      }
    });
  }
})();
