// Behaviours of every page.
import "./menu.js";
import "./request_failures.js";

document.documentElement.classList.add("has-script");
