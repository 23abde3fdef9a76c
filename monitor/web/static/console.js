"use strict";

// "/" puts the cursor into the search box, unless something is being typed.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  const box = document.querySelector("[data-search]");
  if (typing || !box || !box.offsetParent) return;
  event.preventDefault();
  box.focus();
  box.select();
});

// A page that refreshes itself must say when it no longer does.
const lost = (gone) => {
  const banner = document.getElementById("lost");
  if (banner && banner.hidden === gone) banner.hidden = !gone;
};
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, () => lost(true));
}
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) lost(false);
});

// A second press on 共 N 条 folds the event's hits up again.
document.addEventListener("htmx:beforeRequest", (event) => {
  const opener = event.target.closest(".unfold");
  if (!opener || opener.getAttribute("aria-expanded") !== "true") return;
  event.preventDefault();
  document.getElementById(opener.getAttribute("aria-controls")).replaceChildren();
  opener.setAttribute("aria-expanded", "false");
});
document.addEventListener("htmx:afterSwap", (event) => {
  const opener = document.querySelector(`.unfold[aria-controls="${CSS.escape(event.target.id)}"]`);
  if (opener) opener.setAttribute("aria-expanded", "true");
});

// What is folded to save room on a phone stands open where there is room.
const facets = document.querySelector(".facet-fold");
if (facets && window.matchMedia("(max-width: 899px)").matches) facets.open = false;
