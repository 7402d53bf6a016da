// What was sent before the confirmation goes on by itself; without a script its button does it.
document.querySelector("[data-carries-on]")?.requestSubmit();
