// What do the pages do better with a script? They work without it: it tells times as the visitor counts them, keeps what
// somebody types, sends a form once, and shows news of a task by fetching the page anew.

const told = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });

function tellTimes(within) {
  for (const time of within.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) time.textContent = told.format(at);
  }
}

function sendOnce(form) {
  form.addEventListener("submit", () => {
    // Later than this event, so that the button's own value is still sent.
    setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
  });
}

// Coming back with the browser's button, a form can be sent again.
addEventListener("pageshow", () => document.querySelectorAll("button:disabled").forEach((button) => { button.disabled = false; }));

// The page says that it was taken: what was typed need not be kept any more, and not be forgotten a second time.
if (new URLSearchParams(location.search).has("sent")) {
  sessionStorage.removeItem("typed:chat");
  history.replaceState(null, "", location.pathname + location.hash);
}

// What somebody types is kept in this tab until it was taken: a server that was away loses none of it.
for (const form of document.querySelectorAll("form[data-keeps]")) {
  const place = `typed:${form.dataset.keeps}`;
  const fields = [...form.querySelectorAll("textarea, input:not([type=hidden]), select")];
  const kept = JSON.parse(sessionStorage.getItem(place) ?? "{}");
  for (const field of fields) if (field.tagName === "TEXTAREA" && field.value === "" && kept[field.name]) field.value = kept[field.name];
  form.addEventListener("input", () => {
    sessionStorage.setItem(place, JSON.stringify(Object.fromEntries(fields.map((field) => [field.name, field.value]))));
  });
}
if (location.pathname.startsWith("/tasks/") && location.pathname !== "/tasks/new") sessionStorage.removeItem("typed:new-task");

// The page as it is now. It is parsed by the browser as any page is, and no text of it becomes markup here.
function fetchPage() {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", location.href);
    request.responseType = "document";
    request.onload = () => (request.status === 200 ? resolve(request.response) : reject(new Error(String(request.status))));
    request.onerror = () => reject(new Error("no answer"));
    request.send();
  });
}

// News of a task must not take away what somebody is typing.
function typedIn(live) {
  return new Map([...live.querySelectorAll("textarea[id]")].map((field) => [field.id, field.value]));
}

function focusAgain(gone) {
  const field = gone.id && document.getElementById(gone.id);
  if (!field) return;
  field.focus();
  if (field.tagName === "TEXTAREA") field.setSelectionRange(gone.selectionStart, gone.selectionEnd);
}

function watch(live) {
  const address = live.dataset.events;
  if (!address) return;
  const stale = document.getElementById("stale");
  const source = new EventSource(address);
  let wanted = false, under_way = false;
  async function refresh() {
    wanted = true;
    if (under_way) return;
    under_way = true;
    while (wanted) {
      wanted = false;
      try {
        const fresh = (await fetchPage()).getElementById("live");
        if (!fresh) return location.reload();
        tellTimes(fresh);
        const [typed, focused] = [typedIn(live), document.activeElement];
        live.replaceChildren(...document.importNode(fresh, true).childNodes);
        for (const field of live.querySelectorAll("textarea[id]")) if (typed.has(field.id)) field.value = typed.get(field.id);
        if (!focused.isConnected) focusAgain(focused);
        live.querySelectorAll("form").forEach(sendOnce);
        stale.hidden = true;
        if (!fresh.dataset.events) source.close();
      } catch { stale.hidden = false; }
    }
    under_way = false;
  }
  source.addEventListener("step", refresh);
  source.addEventListener("end", refresh);
  source.addEventListener("open", () => { if (!stale.hidden) refresh(); });
  source.addEventListener("error", () => {
    stale.hidden = false;
    // A browser gives up where the answer was none of a stream; we do not.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
  });
}

// Browsers make and show passkeys for scripts alone: without one, these forms are not there.
function askForPasskey(form) {
  const { passkey: begin, ceremony } = form.dataset;
  const complaint = form.querySelector("[role=alert]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    complaint.hidden = true;
    try {
      const body = new URLSearchParams({ form_token: form.elements.form_token.value });
      const begun = await fetch(begin, { method: "POST", body });
      if (!begun.ok) throw new Error(String(begun.status));
      const options = await begun.json();
      const credential = ceremony === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      form.elements.answer.value = JSON.stringify(credential);
      form.submit();
    } catch { complaint.hidden = false; }
  });
}

tellTimes(document);
if (globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) document.querySelectorAll("form[data-passkey]").forEach(askForPasskey);
document.querySelectorAll("form").forEach(sendOnce);
const live = document.getElementById("live");
if (live) watch(live);

// What a page shows once is copied with a button where the browser lets pages do so.
for (const button of document.querySelectorAll("button[data-copies]")) {
  const source = document.getElementById(button.dataset.copies);
  if (!navigator.clipboard || !source) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = button.dataset.copied;
  });
}

// What changes without an event of its own is looked at again, as long as somebody looks.
function lookAgain(live) {
  const every = Number(live.dataset.every);
  if (!every) return;
  const stale = document.getElementById("stale");
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const fresh = (await fetchPage()).getElementById("live");
      if (!fresh) return location.reload();
      tellTimes(fresh);
      live.replaceChildren(...document.importNode(fresh, true).childNodes);
      stale.hidden = true;
    } catch { stale.hidden = false; }
  }, every);
}
if (live) lookAgain(live);
