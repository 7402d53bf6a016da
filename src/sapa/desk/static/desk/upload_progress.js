// How much of the chosen recordings has been sent.
const bar = document.querySelector("[data-upload] [data-progress]");

if (bar) {
  const form = bar.closest("form");
  form.addEventListener("htmx:beforeRequest", () => {
    bar.value = 0;
    bar.hidden = false;
  });
  form.addEventListener("htmx:xhr:progress", (event) => {
    if (event.detail.lengthComputable) bar.value = (100 * event.detail.loaded) / event.detail.total;
  });
  form.addEventListener("htmx:afterRequest", () => {
    bar.hidden = true;
  });
}
