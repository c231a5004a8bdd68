// What do the pages do better with a script? They work without it: it tells times as the visitor counts them, keeps what
// somebody types, sends a form once and only where somebody answers, and shows news by fetching the page anew.

const told = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
const hour = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
// Whose page it is, and the texts that only a script shows.
const { who, notLive, away } = document.body.dataset;
const live = document.getElementById("live");

function tellTimes(within) {
  for (const time of within.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) time.textContent = told.format(at);
  }
}

// What somebody types is kept in this tab until it was taken: a server that was away loses none of it. Passwords are not
// kept, nor is what a form without a name for it holds.

const placeOf = (form) => `typed:${who}:${form.dataset.keeps}`;
const typedFields = (form) => [...form.querySelectorAll("textarea, select, input:not([type=hidden], [type=password], [type=checkbox])")];
/** What the server put there. */
const given = (field) => (field.tagName === "SELECT" ? field.querySelector("[selected]")?.value ?? "" : field.defaultValue);

function keep(form) {
  const kept = typedFields(form).map((field) => [field.name, { typed: field.value, given: given(field) }]);
  // A text that has no room is still on the page.
  try { sessionStorage.setItem(placeOf(form), JSON.stringify(Object.fromEntries(kept))); } catch { sessionStorage.removeItem(placeOf(form)); }
}

function restore(within) {
  for (const form of within.querySelectorAll("form[data-keeps]")) {
    const kept = JSON.parse(sessionStorage.getItem(placeOf(form)) ?? "{}");
    for (const field of typedFields(form)) {
      const earlier = kept[field.name];
      // What the server has put there since is newer.
      if (earlier?.given !== given(field)) continue;
      if (field.tagName === "SELECT" && ![...field.options].some(({ value }) => value === earlier.typed)) continue;
      field.value = earlier.typed;
      if (earlier.typed !== earlier.given) field.closest("details")?.setAttribute("open", "");
    }
  }
}

// Where the page came as the answer to what was sent, that was taken, unless the answer says otherwise.
function forgetWhatWasTaken() {
  const sent = sessionStorage.getItem("sent");
  sessionStorage.removeItem("sent");
  const [arrival] = performance.getEntriesByType("navigation");
  const isAnswer = arrival?.type === "navigate" && (arrival.responseStatus ?? 200) < 400;
  if (isAnswer && sent?.startsWith(`typed:${who}:`)) sessionStorage.removeItem(sent);
  if (new URLSearchParams(location.search).has("sent")) history.replaceState(null, "", location.pathname + location.hash);
}

addEventListener("input", ({ target }) => { if (target.form?.dataset.keeps) keep(target.form); });

// A form in which something was typed is sent where the server is there to take it: else a browser would show an error in
// its place.

const [sure, asking] = [new WeakSet(), new Map()];

async function isThere(form) {
  try {
    const answer = await fetch("/health", { cache: "no-store", signal: AbortSignal.timeout(5_000) });
    // A service that answers that something is wrong can still log somebody in; what was written waits.
    return answer.ok || (answer.status === 503 && !form.dataset.keeps);
  } catch { return false; }
}

function tellAway(form, isAway) {
  form.querySelector("[data-away]")?.remove();
  if (!isAway) return;
  const line = document.createElement("p");
  [line.className, line.dataset.away] = ["complaint", ""];
  line.setAttribute("role", "alert");
  form.append(line);
  line.textContent = away;
}

function noteSent(form) {
  if (form.getAttribute("action") === "/log-out") sessionStorage.clear();
  if (form.dataset.keeps) sessionStorage.setItem("sent", placeOf(form));
  // Later than this event, so that the button's own value is still sent.
  setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
}

addEventListener("submit", async (event) => {
  const form = event.target;
  const holdsText = form.querySelector("textarea, input:not([type=hidden])");
  if (event.defaultPrevented || form.method !== "post") return;
  if (!holdsText || sure.delete(form)) return noteSent(form);
  event.preventDefault();
  if (asking.has(form)) return;
  asking.set(form, isThere(form));
  const isAway = !(await asking.get(form));
  asking.delete(form);
  tellAway(form, isAway);
  if (isAway) return;
  sure.add(form);
  form.requestSubmit(event.submitter);
});

// Coming back with the browser's button, a form can be sent again.
addEventListener("pageshow", () => document.querySelectorAll("button:disabled").forEach((button) => { button.disabled = false; }));

// The page as it is now. It is parsed by the browser as any page is, and no text of it becomes markup here.
function fetchPage() {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", location.href);
    request.responseType = "document";
    request.timeout = 15_000;
    request.onload = () => (request.status === 200 ? resolve(request.response) : reject(new Error(String(request.status))));
    request.onerror = request.ontimeout = () => reject(new Error("no answer"));
    request.send();
  });
}

function focusAgain(gone) {
  const field = gone.id && document.getElementById(gone.id);
  if (!field) return;
  field.focus();
  if (field.tagName === "TEXTAREA") field.setSelectionRange(gone.selectionStart, gone.selectionEnd);
}

function show(page) {
  const fresh = page.getElementById("live");
  if (!fresh) return location.reload();
  tellTimes(fresh);
  // News must not take away what somebody is typing.
  const typed = new Map([...live.querySelectorAll("textarea[id]")].map((field) => [field.id, field.value]));
  const focused = document.activeElement;
  live.replaceChildren(...document.importNode(fresh, true).childNodes);
  live.dataset.events = fresh.dataset.events ?? "";
  restore(live);
  for (const field of live.querySelectorAll("textarea[id]")) if (typed.has(field.id)) field.value = typed.get(field.id);
  if (!focused.isConnected) focusAgain(focused);
  document.getElementById("as-of").replaceChildren(...document.importNode(page.getElementById("as-of"), true).childNodes);
  newerSoon();
}

// Where the page says as of which entry it is, what came after is shown as soon as the server can.
function newerSoon() {
  if (live && document.getElementById("as-of").hasChildNodes()) setTimeout(refresh, 1_000);
}

// One at a time; what is asked for meanwhile is one more. Whether the page is now as the server has it.
let [wanted, refreshing] = [false, undefined];
function refresh() {
  wanted = true;
  refreshing ??= (async () => {
    try {
      while (wanted) {
        wanted = false;
        const page = await fetchPage();
        // A form that is about to be sent stays until it is.
        await Promise.all(asking.values());
        show(page);
      }
      freshAt = new Date();
      return true;
    } catch { return false; } finally { refreshing = undefined; }
  })();
  return refreshing;
}

// Of when the page is, as long as it can not be newer.
const stale = document.getElementById("stale");
let freshAt = new Date();
function tellStale(isStale) {
  stale.textContent = isStale ? `${notLive} ${hour.format(freshAt)}.` : "";
  stale.hidden = !isStale;
}

const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [500, 30_000];
/** Nothing was heard for so long, not even that there is nothing new. */
const SILENT_MS = 40_000;

/** Longer each time, and not all pages that lost the same service at once. */
const wait = (tries) => Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);

// News are heard of for as long as the page says where. Each time that the way there is lost, the page is fetched anew
// before it is opened again: nothing that happened meanwhile is missed.
function watch() {
  let [tries, timer] = [0, undefined];

  function listen() {
    if (!live.dataset.events) return tellStale(false);
    const source = new EventSource(live.dataset.events);
    let silence;
    const close = () => { clearTimeout(silence); source.close(); };
    const lose = () => {
      if (source.readyState === EventSource.CLOSED && !silence) return;
      close();
      silence = undefined;
      tellStale(tries > 0);
      later();
    };
    const hear = () => {
      clearTimeout(silence);
      silence = setTimeout(lose, SILENT_MS);
      freshAt = new Date();
    };
    const news = async () => {
      hear();
      if (!(await refresh())) lose();
      else if (!live.dataset.events) close();
    };
    hear();
    source.addEventListener("open", () => { tries = 0; hear(); tellStale(false); });
    source.addEventListener("alive", hear);
    source.addEventListener("step", news);
    source.addEventListener("end", news);
    source.addEventListener("error", lose);
  }

  async function again() {
    clearTimeout(timer);
    timer = undefined;
    if (await refresh()) return listen();
    tellStale(true);
    later();
  }

  function later() { timer = setTimeout(again, wait(tries++)); }

  // Who comes back to the page or to the network need not wait.
  const now = () => { if (timer && !document.hidden) again(); };
  addEventListener("online", now);
  document.addEventListener("visibilitychange", now);
  listen();
}

// What changes without an event of its own is looked at again, as long as somebody looks.
async function lookAgain(every) {
  for (let tries = 0; ; ) {
    await new Promise((resolve) => setTimeout(resolve, tries ? Math.max(every, wait(tries)) : every));
    if (document.hidden) continue;
    const isFresh = await refresh();
    tries = isFresh ? 0 : tries + 1;
    // Where there are events, too, they say whether the page is live.
    if (!live.dataset.events) tellStale(!isFresh);
  }
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
forgetWhatWasTaken();
restore(document);
newerSoon();
if (globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) document.querySelectorAll("form[data-passkey]").forEach(askForPasskey);
if (live?.dataset.events) watch();
if (live?.dataset.every) lookAgain(Number(live.dataset.every));

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
