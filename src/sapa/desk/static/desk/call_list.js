// Behaviours of the call list.
import "./drop.js";
import "./upload_progress.js";
